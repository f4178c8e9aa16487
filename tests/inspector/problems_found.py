"""The problems of a run as its inspector, its recording and a saved file have them, compared."""

from tempfile import TemporaryDirectory

from sandbox.inspector.diagnosis.problems import Problems
from sandbox.inspector.recording.recording import Recording


def only(inspector, kind):
    """The one problem there is, as the live inspector and the recording alone see it."""
    live, recorded = inspector.problems, Problems(inspector.recording)()
    with TemporaryDirectory() as folder:
        inspector.recording.save(f"{folder}/run.jsonl")
        assert Recording.load(f"{folder}/run.jsonl").problems == recorded
    assert [p.kind for p in live] == [kind], live
    assert recorded == live
    assert str(live[0]).startswith(f"{kind}: {live[0].sentence} To do: ")
    return live[0]
