"""Column roles in the layouts of the tools that people export from, with invented contents."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random

import pytest

from voices.errors import InputError
from voices.read import Columns, open_source, parse_mapping, plan, read_comments
from voices.read.words import header, text_kind

OPENINGS = ["The staff at the desk", "Our manager", "The new app", "The waiting room", "My order", "The room we got",
            "The planning", "Parking there", "The website", "Breakfast on Sunday"]  # fmt: skip
MIDDLES = ["was really helpful", "could have been better", "is not what I expected", "was late and nobody told us",
           "made us feel welcome", "has too many steps", "needs more people", "was clean and quiet"]  # fmt: skip
ENDS = ["this time.", "and I will come back.", "so please look at it!", "especially in the weekend.", "as always.",
        "on both days."]  # fmt: skip
AANHEF = ["De medewerkers aan de balie", "Onze leidinggevende", "De nieuwe app", "De wachtkamer", "Mijn bestelling",
          "Het rooster", "De sfeer in het team", "Het ontbijt"]  # fmt: skip
MIDDEN = ["waren erg behulpzaam", "kan echt beter", "is niet wat ik verwachtte", "was te laat en niemand zei iets",
          "werkt niet goed samen met de rest", "is prima geregeld", "kost veel te veel tijd"]  # fmt: skip
SLOT = ["deze keer.", "en ik kom terug.", "dus kijk er eens naar!", "vooral in het weekend.", "zoals altijd."]
NAMES = ["Sam Visser", "Noor Bakker", "Alex Reed", "Kim de Boer", "Jo Hill", "Pat Mulder", "Lee Young"]
JOBS = ["Senior Account Manager", "Team Leader Retail Operations", "Nurse", "Data Analyst", "Store Assistant"]
CITIES = ["Leeds", "Utrecht", "Gent", "York", "Zwolle", "Bath", "Breda", "Hull", "Assen"]
AGENTS = ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36"]
LIKERT = ["Strongly agree", "Agree", "Neither agree nor disagree", "Disagree", "Strongly disagree"]
ROWS = 60


class Maker:
    """Make cells by the short names that the layouts below use."""

    def __init__(self) -> None:
        self.random = random.Random(5)

    def cell(self, kind: str, row: int) -> str:
        pick = self.random.choice
        day = dt.date(2024, 1, 1) + dt.timedelta(days=self.random.randrange(300))
        made = {
            "en": lambda: f"{pick(OPENINGS)} {pick(MIDDLES)} {pick(ENDS)}",
            "nl": lambda: f"{pick(AANHEF)} {pick(MIDDEN)} {pick(SLOT)}",
            "en?": lambda: self.cell("en", row) if self.random.random() < 0.6 else "",
            "title": lambda: f"{pick(['Great', 'Poor', 'Slow'])} {pick(['service', 'stay', 'place', 'food'])} {row}",
            "n": lambda: str(row),
            "id": lambda: f"R_{self.random.randrange(16**12):012x}",
            "name": lambda: pick(NAMES), "job": lambda: pick(JOBS), "city": lambda: pick(CITIES),
            "unit": lambda: pick(["North", "South", "East", "West"]),
            "firm": lambda: pick(["Acme Ltd", "Borg BV"]),
            "url": lambda: f"https://example.org/r/{row}", "mail": lambda: f"p{row}@example.org",
            "ip": lambda: f"10.0.0.{row}", "agent": lambda: pick(AGENTS) + str(row),
            "iso": lambda: day.isoformat(), "isotime": lambda: f"{day.isoformat()} 10:{row % 60:02d}:00",
            "dmy": lambda: day.strftime("%d-%m-%Y"), "mdy": lambda: day.strftime("%m/%d/%Y"),
            "named": lambda: day.strftime("%B %d, %Y"),
            "5": lambda: str(self.random.randint(1, 5)), "10": lambda: str(self.random.randint(0, 10)),
            "likert": lambda: pick(LIKERT), "yes": lambda: pick(["Yes", "No"]), "blank": lambda: "",
            "lang": lambda: pick(["en", "nl"]), "one": lambda: "same", "count": lambda: str(self.random.randrange(400)),
            "reply": lambda: f"Dear guest, thank you for your review and we hope to see you again in {row} days.",
        }[kind]  # fmt: skip
        return made()


LAYOUTS: dict[str, tuple[dict[str, str], Columns]] = {
    "trustpilot": (
        {"Review Id": "id", "Review Created (UTC)": "isotime", "Review Consumer User Id": "id",
         "Review Username": "name", "Review Title": "title", "Review Content": "en", "Review Stars": "5",
         "Source Name": "one", "Company Reply": "reply", "Company Reply Date (UTC)": "isotime",
         "Location Name": "unit", "Review Language": "lang", "Tags": "blank"},
        Columns(("Review Content",), "Review Id", "Location Name", "Review Created (UTC)", "Review Stars",
                "Review Language"),
    ),
    "google outscraper": (
        {"name": "unit", "place_id": "unit", "author_title": "name", "author_link": "url", "review_id": "id",
         "review_text": "en", "owner_answer": "reply", "owner_answer_timestamp_datetime_utc": "mdy",
         "review_rating": "5", "review_datetime_utc": "mdy", "review_likes": "count"},
        Columns(("review_text",), "review_id", "place_id", "review_datetime_utc", "review_rating"),
    ),
    "surveymonkey flat": (
        {"Respondent ID": "n", "Collector ID": "one", "Date Created": "isotime", "Date Modified": "isotime",
         "IP Address": "ip", "Email Address": "mail", "First Name": "name",
         "How likely is it that you would recommend us to a friend or colleague?": "10",
         "How satisfied are you with your team?": "likert",
         "What is the main reason for your score?": "en", "What could we do better?": "en?"},
        Columns(("What is the main reason for your score?", "What could we do better?"), "Respondent ID", None,
                "Date Created", "How likely is it that you would recommend us to a friend or colleague?"),
    ),
    "medallia": (
        {"Survey ID": "n", "Response Date": "mdy", "Unit Name": "unit", "Visit Date": "mdy",
         "Likelihood to Recommend": "10", "Overall Satisfaction": "10", "Staff Friendliness": "10",
         "Overall Comments": "en", "Alert Status": "yes"},
        Columns(("Overall Comments",), "Survey ID", "Unit Name", "Response Date", "Overall Satisfaction"),
    ),
    "glassdoor": (
        {"reviewId": "n", "reviewDateTime": "isotime", "employer.shortName": "firm", "location.name": "city",
         "jobTitle.text": "job", "ratingOverall": "5", "ratingCultureAndValues": "5", "ratingSeniorLeadership": "5",
         "isCurrentJob": "yes", "summary": "title", "pros": "en", "cons": "en", "advice": "en?"},
        Columns(("pros", "cons", "advice"), "reviewId", "location.name", "reviewDateTime", "ratingOverall"),
    ),
    "indeed": (
        {"company": "firm", "title": "title", "rating": "5", "jobTitle": "job", "jobLocation": "city",
         "date": "named", "text": "en", "pros": "en?", "cons": "en?"},
        Columns(("text", "pros", "cons"), None, "jobLocation", "date", "rating"),
    ),
    "airline reviews": (
        {"airline_name": "unit", "link": "url", "title": "title", "author": "name", "author_country": "city",
         "date": "iso", "content": "en", "aircraft": "one", "cabin_flown": "yes", "route": "city",
         "overall_rating": "10", "seat_comfort_rating": "5", "recommended": "yes"},
        Columns(("content",), None, "airline_name", "date", "overall_rating"),
    ),
    "booking": (
        {"Hotel_Address": "city", "Review_Date": "mdy", "Average_Score": "10", "Hotel_Name": "unit",
         "Reviewer_Nationality": "city", "Negative_Review": "en", "Review_Total_Negative_Word_Counts": "count",
         "Positive_Review": "en", "Reviewer_Score": "10", "Tags": "job", "days_since_review": "count"},
        Columns(("Negative_Review", "Positive_Review"), None, "Hotel_Name", "Review_Date", "Reviewer_Score"),
    ),
    "tripadvisor": (
        {"Rating": "5", "Title": "title", "Review": "en", "Date of stay": "named", "Hotel": "unit", "User": "name"},
        Columns(("Review",), None, "Hotel", "Date of stay", "Rating"),
    ),
    "delighted": (
        {"ID": "n", "Person Email": "mail", "Person Name": "name", "Score": "10", "Comment": "en?",
         "Created at": "isotime", "Updated at": "isotime", "Tags": "blank", "Property: Store": "unit"},
        Columns(("Comment",), "ID", "Property: Store", "Created at", "Score"),
    ),
    "typeform": (
        {"#": "id", "What do you like most about working here?": "en", "What should we change?": "en",
         "Department": "unit", "How likely are you to recommend us as a place to work?": "10",
         "Start Date (UTC)": "isotime", "Submit Date (UTC)": "isotime", "Network ID": "one"},
        Columns(("What do you like most about working here?", "What should we change?"), None, "Department",
                "Submit Date (UTC)", "How likely are you to recommend us as a place to work?"),
    ),
    "medewerkersonderzoek": (
        {"Respondentnummer": "n", "Invuldatum": "dmy", "Afdeling": "unit", "Leeftijd": "count", "Rapportcijfer": "10",
         "Ik krijg genoeg waardering": "likert", "Wat gaat er goed binnen uw afdeling?": "nl",
         "Wat kan er beter?": "nl", "Overige opmerkingen": "nl"},
        Columns(("Wat gaat er goed binnen uw afdeling?", "Wat kan er beter?", "Overige opmerkingen"),
                "Respondentnummer", "Afdeling", "Invuldatum", "Rapportcijfer"),
    ),
    "klantonderzoek": (
        {"Volgnummer": "n", "Klantnummer": "id", "Bezoekdatum": "dmy", "Ingevuld op": "dmy", "Vestiging": "unit",
         "NPS": "10", "Toelichting op uw cijfer": "nl", "E-mailadres": "mail", "Taal": "lang"},
        Columns(("Toelichting op uw cijfer",), "Volgnummer", "Vestiging", "Ingevuld op", "NPS", "Taal"),
    ),
    "kiyoh": (
        {"Naam": "name", "Woonplaats": "city", "Datum": "dmy", "Beoordeling": "10", "Onderwerp": "title",
         "Reviewtekst": "nl", "Reactie bedrijf": "reply", "Zou u ons aanbevelen?": "yes", "Bestelling": "url"},
        Columns(("Reviewtekst",), None, None, "Datum", "Beoordeling"),
    ),
    "zoover": (
        {"Geschreven op": "dmy", "Titel": "title", "Tekst": "nl", "Gemiddeld cijfer": "10", "Cijfer": "10",
         "Reisgezelschap": "yes", "Accommodatie url": "url"},
        Columns(("Tekst",), None, None, "Geschreven op", "Cijfer"),
    ),
    "tops en tips": (
        {"Team": "unit", "Maand": "iso", "Tops": "nl", "Tips": "nl"},
        Columns(("Tops", "Tips"), None, "Team", "Maand"),
    ),
    "long format": (
        {"response_id": "n", "ward": "unit", "question": "likert", "answer": "en", "recorded_date": "iso"},
        Columns(("answer",), "response_id", "ward", "recorded_date", None, None, "question"),
    ),
    "app store": (
        {"reviewId": "id", "userName": "name", "userImage": "url", "content": "en", "score": "5",
         "thumbsUpCount": "count", "reviewCreatedVersion": "one", "at": "isotime", "replyContent": "reply",
         "repliedAt": "isotime"},
        Columns(("content",), "reviewId", None, "at", "score"),
    ),
    "complaints": (
        {"Zaaknummer": "id", "Ontvangen": "dmy", "Productgroep": "unit", "Omschrijving klacht": "nl",
         "Status": "yes"},
        Columns(("Omschrijving klacht",), "Zaaknummer", "Productgroep", "Ontvangen"),
    ),
    "no hints": (
        {"A1": "n", "A2": "en", "A3": "name", "A4": "agent", "A5": "job", "A6": "iso"},
        Columns(("A2",), "A1", None, "A6"),
    ),
}  # fmt: skip


def write_layout(path, kinds, rows=ROWS):
    maker = Maker()
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(kinds)
        for row in range(1, rows + 1):
            writer.writerow([maker.cell(kind, row) for kind in kinds.values()])


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts(tmp_path, name):
    kinds, expected = LAYOUTS[name]
    path = tmp_path / "export.csv"
    write_layout(path, kinds)
    with open_source(str(path)) as source:
        assert plan(source).columns == expected


@pytest.mark.parametrize("name", LAYOUTS)
def test_text_columns_do_not_depend_on_how_many_rows_there_are(tmp_path, name):
    kinds, expected = LAYOUTS[name]
    path = tmp_path / "export.csv"
    write_layout(path, kinds, rows=8)
    with open_source(str(path)) as source:
        assert plan(source).columns.text == expected.text


def read_csv(tmp_path, content, mapping=None, name="survey.csv"):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with open_source(str(path)) as source:
        found = plan(source, mapping=mapping)
        return found, list(read_comments(source, found, voice="customer"))


def test_one_question_per_text_column(tmp_path):
    found, comments = read_csv(
        tmp_path, "id,pros,cons,advice_to_management\nk1,Nice people,Low pay,Listen more\nk2,Free lunch,,\n"
    )
    assert found.questions == {"pros": "Pros", "cons": "Cons", "advice_to_management": "Advice to management"}
    assert [(c.id, c.question, c.text) for c in comments] == [
        ("k1/pros", "Pros", "Nice people"),
        ("k1/cons", "Cons", "Low pay"),
        ("k1/advice_to_management", "Advice to management", "Listen more"),
        ("k2/pros", "Pros", "Free lunch"),
        ("k2/cons", "Cons", ""),
        ("k2/advice_to_management", "Advice to management", ""),
    ]


def test_long_questions_give_numbered_ids(tmp_path):
    _, comments = read_csv(
        tmp_path,
        "nr,Wat gaat er goed in het team?,Wat kan er volgens jou beter?\n1,De sfeer is goed,Het rooster is krap\n",
    )
    assert [(c.id, c.question) for c in comments] == [
        ("1/1", "Wat gaat er goed in het team?"),
        ("1/2", "Wat kan er volgens jou beter?"),
    ]


@pytest.mark.parametrize(
    ("column", "question"),
    [("comment", None), ("Review Text", None), ("Opmerkingen", None), ("Q1", None), ("pros", "Pros"),
     ("What could we do better?", "What could we do better?"), ("verbeterpunten", "Verbeterpunten")],
)  # fmt: skip
def test_question_of_a_single_text_column(tmp_path, column, question):
    _, comments = read_csv(tmp_path, f"{column}\nThe queue was too long today\nNobody answers the phone\n")
    assert [comment.question for comment in comments] == [question, question]


def test_title_is_text_only_when_nothing_else_is(tmp_path):
    found, _ = read_csv(tmp_path, "title,score\nSlow service at the bar,2\nLovely place to stay,5\n")
    assert found.columns.text == ("title",)
    found, _ = read_csv(tmp_path, "title,body\nSlow service at the bar,It took an hour\nLovely place,We come back\n")
    assert found.columns.text == ("body",)


def test_rows_of_a_long_table_carry_their_own_question(tmp_path):
    _, comments = read_csv(
        tmp_path,
        "question,answer\nWhat went well?,The food was good\nWhat went well?,Nice staff\nWhat is bad?,Nothing\n",
    )
    assert [comment.question for comment in comments] == ["What went well?"] * 2 + ["What is bad?"]


@pytest.mark.parametrize(
    ("rows", "stores", "unit"),
    [(2, 2, "store"), (40, 40, "store"), (40, 1, "store"), (240, 8, "store"), (240, 240, None)],
)
def test_a_column_that_is_called_a_store_is_the_unit_in_a_short_file(tmp_path, rows, stores, unit):
    lines = [f"The till was closed again and I waited {n} minutes,Store {n % stores}" for n in range(rows)]
    found, _ = read_csv(tmp_path, "\n".join(["comment,store", *lines]), {})
    assert found.columns.unit == unit


def test_constant_and_nearly_unique_columns_are_no_units(tmp_path):
    rows = "".join(
        f"This is answer number {n} of many,Acme,site {n},{'north' if n % 2 else 'south'}\n" for n in range(30)
    )
    found, _ = read_csv(tmp_path, f"comment,store,location,region\n{rows}")
    assert found.columns.unit == "region"


def test_language_names_and_codes(tmp_path):
    _, comments = read_csv(tmp_path, "comment,taal\nFine by me,Engels\nPrima zo,nl_NL\nTrès bien,fr\nOk,\n")
    assert [comment.language for comment in comments] == ["en", "nl", "fr", None]


def test_overall_score_wins_and_is_read_as_written(tmp_path):
    _, comments = read_csv(
        tmp_path, 'comment,comfort_rating,overall_rating\nFine by me,2,"4,5"\nNot so good,1,3/5\nLovely,5,★★★★★\n'
    )
    assert [comment.outcome for comment in comments] == [4.5, 3.0, 5.0]


def test_recommended_yes_or_no_is_no_score(tmp_path):
    found, _ = read_csv(tmp_path, "comment,recommended\nFine by me,1\nNot so good,0\nLovely place,1\n")
    assert found.columns.score is None


def test_every_choice_has_a_reason(tmp_path):
    found, _ = read_csv(
        tmp_path, "Reviewnummer;Datum;Sterren;Opmerking\n7;3-5-2024;4;Ging goed\n8;4-5-2024;2;Te duur\n"
    )
    assert found.reasons["text"] == 'header "Opmerking"'
    assert found.reasons["id"] == 'header "Reviewnummer"'
    assert found.date_order == "day-first"
    assert "assumed" in found.reasons["date_order"]
    assert found.unused == ()


# --map


def test_parse_mapping():
    assert parse_mapping("text=pros,cons,unit=firm,date=") == {"text": ["pros", "cons"], "unit": ["firm"], "date": []}
    assert parse_mapping('text="What went well, and why?",id=nr') == {
        "text": ["What went well, and why?"],
        "id": ["nr"],
    }
    assert parse_mapping('text=a=b,"c=d"') == {"text": ["a=b", "c=d"]}
    assert parse_mapping(" TEXT = my col ") == {"text": ["my col"]}


@pytest.mark.parametrize(
    ("text", "needles"),
    [("txt=a", ["'txt'", "Did you mean text?", "text, id, unit, date, score, language, question"]),
     ("a", ["'a'", "role=column"]),
     ("unit=a,b", ["unit takes one column", "a, b"])],
)  # fmt: skip
def test_bad_mappings(text, needles):
    with pytest.raises(InputError) as caught:
        parse_mapping(text)
    assert all(needle in str(caught.value) for needle in needles)


def test_mapping_wins_over_recognition(tmp_path):
    content = (
        "comment,note_internal,Store,store2,date\n"
        "Fine by me,Call back please,a,x,2024-01-01\nNot so good,No need,b,y,2024-01-02\n"
    )
    found, comments = read_csv(tmp_path, content, {"text": ["NOTE_INTERNAL"], "unit": ["store2"], "date": []})
    assert found.columns == Columns(("note_internal",), None, "store2", None)
    assert found.reasons["text"] == "--map"
    assert [comment.text for comment in comments] == ["Call back please", "No need"]


def test_unknown_column_names_the_nearest_and_all(tmp_path):
    with pytest.raises(InputError) as caught:
        read_csv(tmp_path, "comment,store\nFine by me,a\n", {"unit": ["stor"]})
    assert str(caught.value) == (
        "survey.csv: no column 'stor'. Did you mean 'store'? The columns are: comment, store. "
        "Name one with --map unit=COLUMN."
    )


def test_exact_name_wins_over_other_case(tmp_path):
    found, _ = read_csv(tmp_path, "comment,STORE,store\nFine by me,a,b\n", {"unit": ["store"]})
    assert found.columns.unit == "store"


def test_no_text_column(tmp_path):
    with pytest.raises(InputError, match=r"no column with text.*nr, score.*--map text=COLUMN"):
        read_csv(tmp_path, "nr,score\n1,5\n2,4\n")


def test_headers_are_taken_apart():
    assert header("﻿Review_Text-NL").plain == "review text nl"
    kinds = {
        "comment": "generic", "customerComments": "generic", "Opmerking": "generic", "pros": "specific",
        "Wat kan beter?": "question", "Q7": "question", "job_title": "never", "review title": "title",
        "Company reply": "reply", "review_text_translated": "translation", "store": None,
        "product description": "never", "Reason for your score": "specific",
    }  # fmt: skip
    assert {name: text_kind(header(name)) for name in kinds} == kinds


def test_nested_json_columns_have_dots(tmp_path):
    reviews = [
        {"name": f"r{n}", "reviewer": {"displayName": "Sam"}, "starRating": star, "comment": f"Visit {n} was fine",
         "createTime": "2024-02-03T10:00:00Z", "reviewReply": {"comment": "Thank you and see you soon"}}
        for n, star in enumerate(["FIVE", "ONE", "FOUR"])
    ]  # fmt: skip
    path = tmp_path / "reviews.json"
    path.write_text(json.dumps({"averageRating": 3.1, "reviews": reviews}))
    with open_source(str(path)) as source:
        found = plan(source)
        comments = list(read_comments(source, found, voice="customer"))
    assert found.columns == Columns(("comment",), None, None, "createTime", "starRating")
    assert "reviewReply.comment" in found.unused
    assert [comment.outcome for comment in comments] == [5, 1, 4]
    assert comments[0].date == dt.date(2024, 2, 3)


def texts_of(tmp_path, header_line, *rows):
    return read_csv(tmp_path, "\n".join([header_line, *rows]) + "\n")[0].columns.text


def test_what_the_company_wrote_back_is_no_comment(tmp_path):
    rows = ["The room was cold,We are sorry to hear that", "All was fine here,We thank you for your visit"]
    assert texts_of(tmp_path, "review,response", *rows) == ("review",)
    assert texts_of(tmp_path, "comment,owner response", *rows) == ("comment",)
    assert texts_of(tmp_path, "Recensie,Reactie", *rows) == ("Recensie",)


def test_copies_and_translations_of_a_text_are_left_out(tmp_path):
    rows = [
        f"The room {n} was cold,THE ROOM {n} WAS COLD,De kamer {n} was koud,the room {n} was cold" for n in range(5)
    ]
    assert texts_of(tmp_path, "text,content,text_translated,text_clean", *rows) == ("text",)
    assert texts_of(tmp_path, "comment_en,comment_nl", "Fine by me,", ",Het was te koud") == (
        "comment_en",
        "comment_nl",
    )


def test_a_question_can_name_the_unit(tmp_path):
    rows = [f"The planning of week {n} came too late,{['Care', 'Sales'][n % 2]}" for n in range(8)]
    found, _ = read_csv(tmp_path, "comment,Which department do you work in?\n" + "\n".join(rows))
    assert found.columns.unit == "Which department do you work in?"


def test_ids_of_people_are_not_used(tmp_path):
    found, comments = read_csv(
        tmp_path, "personeelsnummer,employee_id,email,comment\n7,8,a@b.nl,The planning came too late\n"
    )
    assert found.columns.id is None
    assert comments[0].id == "survey:2"


def test_short_or_repeated_answers_are_text_when_the_header_says_so(tmp_path):
    assert texts_of(tmp_path, "nps,comment", *["9,good"] * 30) == ("comment",)
    assert texts_of(tmp_path, "feedback,what happened then?", *["positive,it took too long and nobody came"] * 3,
                    "positive,the desk was closed at noon", "negative,we waited for an hour")[-1:] == (
        "what happened then?",
    )  # fmt: skip


def test_an_id_column_of_hexadecimal_codes_is_the_id(tmp_path):
    path = tmp_path / "coded.jsonl"
    maker = random.Random(3)
    rows = [
        {
            "id": f"store-north-{maker.randrange(16**12):012x}-{maker.randrange(16**4):04x}",
            "text": f"The queue was long {n}",
        }
        for n in range(50)
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf8")
    with open_source(str(path)) as source:
        assert plan(source).columns.id == "id"


def test_open_questions_with_few_different_answers_are_text(tmp_path):
    path = tmp_path / "small.csv"
    answers = ["More people on Saturdays please", "Nothing comes to mind really", "A better planning of shifts"]
    with path.open("w", newline="", encoding="utf8") as stream:
        table = csv.writer(stream)
        table.writerow(["Respondent", "What could be better?", "Were you helped?"])
        table.writerows([f"r{n}", answers[n % 3], "Yes, I was"] for n in range(60))
    with open_source(str(path)) as source:
        assert plan(source).columns.text == ("What could be better?",)
