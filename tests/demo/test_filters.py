import pytest

from tests.demo.bench import code
from tui.demo.filters import compile_filters, exact_values, fields
from tui.demo.refusals import Refusal

OBJECT = fields(
    {"id": "web-1", "kind": "active", "empty": "", "target.digest": "sha256:ab"},
    {"labels": {"app": "shop", "io.kubernetes.pod.name": 'a"b', "a.b": "joined", "none": ""}},
)


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        ([], True),
        ([""], True),
        (["id==web-1"], True),
        (["id==web"], False),
        (['id=="web-1"'], True),
        (["id != web-2"], True),
        (["id~=^web-[0-9]$"], True),
        (["id~=eb"], True),
        (["id~=/^w.b/"], True),
        (["id~=^api"], False),
        (["id==web-1,kind==active"], True),
        (["id==web-1, kind==active"], True),
        (["id==web-1,kind==view"], False),
        (["id==nothing", "kind==active"], True),
        (["id"], True),
        (["empty"], False),
        (["labels.app"], True),
        (["labels.other"], False),
        (["labels.none"], True),
        (['labels."io.kubernetes.pod.name"=="a\\"b"'], True),
        (["labels.a.b==joined"], True),
        (["labels.other!=x"], True),
        (["labels.other==x"], False),
        (["target.digest==sha256:ab"], True),
    ],
)
def test_filters_select_as_containerd_does(filters: list[str], passes: bool) -> None:
    assert compile_filters(filters)(OBJECT) is passes


@pytest.mark.parametrize(
    "text",
    ["labels.io.k8s/x==1", "id=web", "==x", "id==", "id==a,", ",id==a", "id~=(", 'id=="a', "1d==x"],
)
def test_a_broken_filter_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        compile_filters([text])
    assert code(caught.value) == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    ("filters", "values"),
    [
        (["id==a", "id==b", "id==a"], ["a", "b"]),
        (['id=="a.b"'], ["a.b"]),
        (["id==a,id==b"], None),
        (["id==a", "id!=b"], None),
        (["id==a", "namespace==b"], None),
        (['id=="a\\x62"'], None),
        (["id=="], None),
        ([], []),
    ],
)
def test_plain_filters_are_read_as_a_look_up(filters: list[str], values: list[str] | None) -> None:
    assert exact_values(filters, "id") == values
