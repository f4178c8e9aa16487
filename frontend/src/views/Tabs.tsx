import type { ComponentChildren } from "preact";

export interface Tab<Id extends string> {
  id: Id;
  label: string;
  does: string;
  /** Beside the label. */
  extra?: ComponentChildren;
}

interface TabsProps<Id extends string> {
  label: string;
  tabs: readonly Tab<Id>[];
  chosen: Id;
  /** Id of the element that shows what is chosen. */
  panel: string;
  onChoose(id: Id): void;
}

/** A row of tabs: one tab stop, arrows between them. */
export function Tabs<Id extends string>({ label, tabs, chosen, panel, onChoose }: TabsProps<Id>) {
  const onKey = (event: KeyboardEvent) => {
    const goal = moved(event.key, tabs, chosen);
    if (goal === null) return;
    event.preventDefault();
    event.stopPropagation();
    onChoose(goal);
    const row = event.currentTarget as HTMLElement;
    row.querySelector<HTMLElement>(`[data-tab="${goal}"]`)?.focus();
  };
  return (
    <div class="sb-tabs" role="tablist" aria-label={label} tabIndex={-1} onKeyDown={onKey}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          role="tab"
          class="sb-tab"
          data-testid="tab"
          data-tab={tab.id}
          aria-selected={tab.id === chosen}
          aria-controls={panel}
          tabIndex={tab.id === chosen ? 0 : -1}
          title={tab.does}
          onClick={() => onChoose(tab.id)}
        >
          {tab.label}
          {tab.extra}
        </button>
      ))}
    </div>
  );
}

function moved<Id extends string>(key: string, tabs: readonly Tab<Id>[], chosen: Id): Id | null {
  const at = tabs.findIndex((tab) => tab.id === chosen);
  const goals: { [key: string]: number } = {
    ArrowRight: (at + 1) % tabs.length,
    ArrowLeft: (at - 1 + tabs.length) % tabs.length,
    Home: 0,
    End: tabs.length - 1,
  };
  const goal = goals[key];
  return goal === undefined ? null : (tabs[goal]?.id ?? null);
}
