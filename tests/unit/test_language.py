"""The language of titles and abstracts: what is sure, and above all what stays in doubt."""

from __future__ import annotations

import csv
import gzip
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from reprise.screen.language import CONFIDENT, DOUBT, Detected, detect, detect_works

ROOT = Path(__file__).parents[2]
EXPORTS = ROOT.parent / "shared" / "data" / "exports"
BUNDLED = "of the bundled records"
ENGLISH = (
    "This study asks what rural teachers think of the badges that they earned in a course on digital tools, "
    "and how they show them to employers. Interviews with twelve of them are compared with their profiles."
)
SPANISH = (
    "Este estudio pregunta qué piensan los maestros rurales de las insignias que obtuvieron en un curso de "
    "herramientas digitales y cómo las muestran a quienes los contratan. Se comparan entrevistas y perfiles."
)
CHINESE = "本研究考察农村教师如何看待他们在数字工具课程中获得的徽章,以及他们如何向雇主展示这些徽章。" * 2


def hard_titles() -> list[dict[str, str]]:
    """Read the hard titles: text, language ("mul" where it is two), and why they are hard."""
    with (ROOT / "tests" / "fixtures" / "language_titles.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bundled_titles() -> list[str]:
    """Read the different titles of the bundled records."""
    titles: dict[str, None] = {}
    for path in sorted((ROOT / "data" / "corpus").glob("*.csv")):
        if path.name != "journals.csv":
            with path.open(encoding="utf-8", newline="") as file:
                titles.update(dict.fromkeys(" ".join(row["title"].split()) for row in csv.DictReader(file)))
    return list(titles)


def exported_titles() -> Iterator[str]:
    """Read the titles of tagged exports, the first line of each."""
    for path in sorted(EXPORTS.iterdir()):
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for found in re.finditer(r"^(?:TI|T1) {1,2}(?:- )?(.+)$", raw.decode("utf-8-sig", "replace"), re.M):
            yield found[1].strip()


def is_foreign(found: Detected) -> bool:
    return found[0] not in ("", "en") and found[1] >= CONFIDENT


def is_english(found: Detected) -> bool:
    return found[0] == "en" and found[1] >= CONFIDENT


HARD = hard_titles()
FOUND = dict(zip([row["text"] for row in HARD], detect([row["text"] for row in HARD]), strict=True))


def test_the_hard_titles_are_many_and_each_stands_once() -> None:
    assert len(FOUND) == len(HARD) > 400
    assert {row["language"] for row in HARD} >= set(
        "en mul es pt fr de it nl no sv da fi pl cs ru uk tr id ms vi zh ja ko ar fa el".split()
    )


@pytest.mark.parametrize("text", [row["text"] for row in HARD if row["language"] == "en"])
def test_no_hard_english_title_is_surely_foreign(text: str) -> None:
    assert not is_foreign(FOUND[text])


@pytest.mark.parametrize("text", [row["text"] for row in HARD if row["language"] == "mul"])
def test_a_title_in_two_languages_is_in_doubt(text: str) -> None:
    code, sure = FOUND[text]
    assert code
    assert sure <= DOUBT


def test_foreign_titles_of_five_words_are_nearly_all_found() -> None:
    long = [row for row in HARD if row["language"] not in ("en", "mul") and len(row["text"].split()) >= 5]
    missed = [row["text"] for row in long if not is_foreign(FOUND[row["text"]])]
    assert len(missed) <= 0.05 * len(long), missed


def test_no_foreign_title_is_surely_english() -> None:
    foreign = [row["text"] for row in HARD if row["language"] not in ("en", "mul")]
    assert [text for text in foreign if is_english(FOUND[text])] == []


def test_the_language_itself_is_named_rightly_where_languages_are_far_apart() -> None:
    kin = {"es", "ca", "pt", "no", "da", "sv", "id", "ms", "hr", "sr", "cs", "sk", "ru", "uk"}
    wrong = {
        row["text"]: FOUND[row["text"]]
        for row in HARD
        if is_foreign(FOUND[row["text"]])
        and row["language"] not in kin
        and FOUND[row["text"]][0] != row["language"]
    }
    assert wrong == {}


def test_of_the_bundled_titles_just_the_foreign_ones_are_surely_foreign() -> None:
    titles = bundled_titles()
    foreign = {row["text"] for row in HARD if row["language"] not in ("en", "mul") and BUNDLED in row["why"]}
    found = dict(zip(titles, detect(titles), strict=True))
    sure = {title for title in titles if is_foreign(found[title])}
    assert len(foreign) > 30
    assert foreign <= set(titles)
    assert sure <= foreign
    assert len(sure) >= 0.95 * (len(foreign) - 1)  # "Le Badge ouvert numérique" has four words
    assert sum(map(is_english, found.values())) > 0.9 * (len(titles) - len(foreign))


@pytest.mark.skipif(not EXPORTS.is_dir(), reason="the exports lie beside the project, and don't here")
def test_no_english_title_of_real_exports_is_surely_foreign() -> None:
    titles = list(dict.fromkeys(exported_titles()))
    assert len(titles) > 300
    foreign = [title for title, found in zip(titles, detect(titles), strict=True) if is_foreign(found)]
    assert [title for title in foreign if not re.search("[\u4e00-\u9fff]", title)] == []


@pytest.mark.xfail(strict=True, reason="the names outweigh what little English there is")
@pytest.mark.parametrize(
    "text",
    [
        "Interview: Dr. Nguyễn Thị Hương",
        "Ley de Víctimas y Restitución de Tierras: a critical appraisal",
        "Santa Cruz de la Sierra informal settlements",
    ],
)
def test_an_english_title_made_of_foreign_names_is_in_doubt(text: str) -> None:
    assert not is_foreign(detect([text])[0])


@pytest.mark.parametrize("text", ["", "   ", "...", "1998-2018", "42", "[?]", "\u200b", "—"])
def test_a_text_without_words_says_nothing(text: str) -> None:
    assert detect([text]) == [("", 0.0)]


def test_each_text_gets_its_own_answer_and_the_order_of_texts_changes_none() -> None:
    texts = [row["text"] for row in HARD]
    shuffled = texts * 2
    random.Random(5).shuffle(shuffled)
    assert detect(shuffled) == [FOUND[text] for text in shuffled]
    assert detect([]) == []


def test_confidence_is_a_share() -> None:
    assert {0.0 <= sure <= 1.0 for _, sure in FOUND.values()} == {True}


def test_capitals_and_spaces_at_the_ends_change_little() -> None:
    title = "La evaluación de los aprendizajes en la escuela rural"
    assert all(is_foreign(found) for found in detect([title, title.upper(), f"  {title}\n"]))
    english = "The assessment of learning in the rural school"
    assert all(is_english(found) for found in detect([english, english.upper(), f"  {english}\n"]))


@pytest.mark.parametrize("separator", [" = ", " / ", ". ", ": ", " | ", " — ", "; ", "? "])
@pytest.mark.parametrize("first", ["English", "other"])
def test_two_halves_in_two_languages_are_in_doubt_however_they_are_joined(separator: str, first: str) -> None:
    halves = ["Teachers and their digital skills", "Los maestros y sus competencias digitales"]
    title = separator.join(halves if first == "English" else reversed(halves))
    assert detect([title])[0][1] <= DOUBT


def test_the_question_may_be_about_other_languages_than_english() -> None:
    titles = [
        "Le numérique à l'école primaire",
        "La scuola e le competenze digitali",
        "The school of tomorrow",
    ]
    wanted = detect(titles, ["fr", "it"])
    assert [code for code, _ in wanted] == ["fr", "it", "en"]
    assert min(sure for _, sure in wanted) >= CONFIDENT


def test_kin_of_a_wanted_language_is_not_surely_something_else() -> None:
    titles = ["Formación profesional y empleo en Galicia", "Kompetanse og læring i arbeidslivet"]
    assert [sure >= CONFIDENT for _, sure in detect(titles)] == [True, True]
    assert [sure >= CONFIDENT for _, sure in detect(titles, ["gl", "da"])] == [False, False]


@pytest.mark.parametrize("wanted", [["tlh"], ["en", "la"]])
def test_where_a_wanted_language_is_unknown_to_the_model_none_is_surely_another(wanted: list[str]) -> None:
    titles = ["La evaluación en la escuela rural", "Обучение взрослых в России"]
    assert all(sure < CONFIDENT for _, sure in detect(titles, wanted))


@pytest.mark.parametrize("wanted", ["en", "zh"])
def test_a_very_long_text_is_judged_too(wanted: str) -> None:
    assert [sure for _, sure in detect([ENGLISH * 50, CHINESE * 50, SPANISH * 50], [wanted])] == [0.99] * 3


# --- title and abstract


@pytest.mark.parametrize(
    ("title", "abstract", "side"),
    [
        ("The badges of rural teachers and their value", "", "English"),
        ("The badges of rural teachers and their value", ENGLISH, "English"),
        ("Badges", "", "unknown"),
        ("Badges", ENGLISH, "English"),
        ("", ENGLISH, "English"),
        ("Quo vadis, academia?", ENGLISH, "unknown"),
        ("Insignias digitales y maestros rurales en Oaxaca", "", "foreign"),
        ("Insignias digitales y maestros rurales en Oaxaca", SPANISH, "foreign"),
        ("农村教师与数字徽章", CHINESE, "foreign"),
        ("", SPANISH, "foreign"),
        ("Educación superior", "", "unknown"),
        ("Educación superior", SPANISH, "foreign"),
        # The index translated one of the two, or took the wrong one.
        ("Insignias digitales y maestros rurales en Oaxaca", ENGLISH, "unknown"),
        ("农村教师与数字徽章", ENGLISH, "unknown"),
        ("The badges of rural teachers and their value", SPANISH, "unknown"),
        ("The badges of rural teachers and their value", CHINESE, "unknown"),
        ("Badges", SPANISH, "unknown"),
        ("Educación superior", ENGLISH, "unknown"),
        ("Maestros rurales = Rural teachers and their badges", ENGLISH, "unknown"),
        ("Maestros rurales y sus insignias = Rural teachers and their badges", SPANISH, "unknown"),
        ("", "", "unknown"),
    ],
)
def test_title_and_abstract_are_weighed(title: str, abstract: str, side: str) -> None:
    (found,) = detect_works([title], [abstract])
    assert ("English" if is_english(found) else "foreign" if is_foreign(found) else "unknown") == side


@pytest.mark.parametrize("placeholder", ["Not available.", "No abstract available for this article.", "-"])
def test_a_placeholder_is_no_abstract(placeholder: str) -> None:
    title = "Insignias digitales y maestros rurales en Oaxaca"
    assert detect_works([title], [placeholder]) == detect([title])


def test_only_the_beginning_of_an_abstract_counts() -> None:
    assert is_english(detect_works(["Badges"], [ENGLISH * 3 + SPANISH * 50])[0])


def test_titles_and_abstracts_must_be_as_many() -> None:
    with pytest.raises(ValueError, match="zip"):
        detect_works(["a", "b"], [""])


def test_nothing_is_asked_of_the_network() -> None:
    code = (
        "import socket\n"
        "def refuse(*_, **__): raise AssertionError('network')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from reprise.screen.language import detect\n"
        "print(detect(['La evaluación en la escuela rural'])[0][0])"
    )
    run = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "es"
