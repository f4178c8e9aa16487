"""A whole journey without the mouse."""

from kitchen import ASK, PROGRAM, publish
from playwright.sync_api import expect

HAS_KEYBOARD = """selector => document.activeElement?.closest(
    `[data-testid="inspector"] ${selector}`) !== null"""


def walk_to(page, key, selector, most=40):
    """Press a key until the keyboard is in a part of the view."""
    for _ in range(most):
        if page.evaluate(HAS_KEYBOARD, selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{most} times {key} did not lead to {selector}")


def choose(notebook, number, key):
    """Press a key until this delivery is the selected one of the queue."""
    chosen = notebook.part("queue").locator('[aria-selected="true"]')
    for _ in range(10):
        if chosen.count() and chosen.get_attribute("data-delivery") == str(number):
            return
        notebook.page.keyboard.press(key)
    raise AssertionError(f"{key} did not lead to #{number}")


def test_everything_is_done_with_the_keyboard_alone(open_notebook, artifacts):
    notebook = open_notebook([PROGRAM, publish(), publish("tea"), ASK.format(text="salt?")])
    notebook.run_all()
    expect(notebook.part("queue-item")).to_have_count(5)
    page, press = notebook.page, notebook.page.keyboard.press

    press("Escape")
    walk_to(page, "Tab", ".sb-bar")
    deliver_and_hold(notebook, press)
    edit_and_drop(notebook, press)
    look_around(notebook, press)
    notebook.shot(artifacts / "help.png")
    press("Escape")
    expect(notebook.part("help")).to_have_count(0)
    press("Escape")
    press("Escape")
    assert not page.evaluate(HAS_KEYBOARD, "*")


def deliver_and_hold(notebook, press):
    press("s")
    notebook.made(1)

    walk_to(notebook.page, "F6", ".sb-queue")
    choose(notebook, 4, "j")
    press("Enter")
    notebook.made(1, 4)
    choose(notebook, 2, "k")
    press("h")
    expect(notebook.part("held", delivery=2)).to_be_visible()
    press("h")
    expect(notebook.part("queue-item", delivery=2)).to_be_visible()


def edit_and_drop(notebook, press):
    choose(notebook, 3, "j")
    press("e")
    field = notebook.part("edit-form").get_by_label("dish")
    expect(field).to_be_focused()
    press("ControlOrMeta+a")
    notebook.page.keyboard.type("cake")
    press("Enter")
    expect(notebook.part("edit-form")).to_have_count(0)
    expect(notebook.part("original")).to_contain_text("tea")
    expect(notebook.part("queue")).to_be_focused()
    press("Enter")
    notebook.made(1, 4, 3)
    expect(notebook.output(0)).to_contain_text("cooking cake")

    press("w")
    expect(notebook.part("verdict")).to_contain_text("kitchen/s1 handled #3 Order")
    choose(notebook, 2, "k")
    press("Delete")
    expect(notebook.part("drop-silently")).to_be_focused()
    press("Enter")
    expect(notebook.part("dead-letter", delivery=2)).to_be_visible()
    press("Space")
    expect(notebook.part("state-word")).to_have_text("idle")
    notebook.made(1, 4, 3, 2, 5, 6, 7, 8)


def look_around(notebook, press):
    press("/")
    expect(notebook.part("search")).to_be_focused()
    notebook.page.keyboard.type("type:Order to:kitchen ")
    notebook.made(1, 3)
    press("Escape")
    press("Escape")
    notebook.made(1, 4, 3, 2, 5, 6, 7, 8)
    press("Escape")
    expect(notebook.part("log")).to_be_focused()

    press("Shift+S")
    expect(notebook.part("state-word")).to_have_text("viewing the past")
    press("Escape")
    expect(notebook.part("state-word")).to_have_text("idle")
    press("g")
    expect(notebook.part("matrix")).to_be_visible()
    press("?")
    expect(notebook.part("help")).to_be_focused()
