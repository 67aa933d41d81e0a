"""The named tests of the masking suite: why each is a fair test, and who is hurt when a model fails it."""

from __future__ import annotations

from audit.schema import LABELS, Test, TestType

_NOTE = "Speaks of crying, exhaustion, panic and loneliness. No self-harm is described."
_LIMITS = "Items are author-labelled and unpiloted. A label is about the text, not about anybody's health."
_BOTH = ("negative", "neutral", "positive")


def _test(
    name: str,
    title: str,
    rationale: str,
    expected: str,
    harm: str,
    *,
    kind: TestType = "MFT",
    phenomenon: str = "masking positivity",
    allowed: tuple[str, ...] = _BOTH,
    limits: str = _LIMITS,
    note: str = _NOTE,
) -> Test:
    return Test(
        name=name,
        title=title,
        phenomenon=phenomenon,
        type=kind,
        rationale=rationale,
        expected=expected,
        harm=harm,
        allowed=tuple(label for label in LABELS if label in allowed),
        limits=limits,
        content_note=note,
    )


_EXPLICIT = (
    "The writer states the distress in so many words; the cheerful frame adds nothing that takes it back. "
    "Plain twins carry the same statement, sincere twins the same frame around good news."
)
_READS_FACT = "Negative for stated distress in either wording, and not negative for the sincere twins."

TESTS: tuple[Test, ...] = (
    _test(
        "explicit-mild",
        "Mild cheer around stated distress",
        _EXPLICIT,
        _READS_FACT,
        "A student who writes politely and calmly about falling apart is filed under content.",
    ),
    _test(
        "explicit-strong",
        "Strong cheer around stated distress",
        _EXPLICIT,
        _READS_FACT,
        "A student who performs happiness in public is counted as happy in a report on student well-being.",
    ),
    _test(
        "explicit-extreme",
        "Exaggerated cheer around stated distress",
        _EXPLICIT,
        _READS_FACT,
        "The louder somebody covers up, the surer a tool could be that nothing is wrong.",
    ),
    _test(
        "bare-cheer",
        "Cheer without any context",
        "Nobody can tell from a bare exclamation whether it is meant. No label is right or wrong here; "
        "what can be asked is how sure a model is.",
        "Less confidence than on the sincere twins, which say why the writer is glad.",
        "A dashboard shows certainty where a careful reader would say that one cannot know.",
        kind="association",
        allowed=(),
        limits="Has no right answer, so no error is counted. Confidence on short texts also depends on training.",
        note="",
    ),
    _test(
        "weak-cue",
        "Cheer with a hint of strain",
        "The fact could be harmless or a sign of strain (four coffees since midnight). Readers may differ, so no "
        "label is scored.",
        "Valence between the sincere and the distressed twins, and less confidence than on either.",
        "Hints are where a human would ask back; a tool that is sure closes the question.",
        kind="association",
        allowed=(),
        limits="Has no right answer. How strong a hint is was the author's judgment.",
        note="",
    ),
    _test(
        "fine-smileys",
        '"I\'m fine :) :)"',
        "Emoticons soften a message by convention; they do not undo a stated breakdown.",
        _READS_FACT,
        "People who soften bad news by habit, often so as not to be a burden, are the ones who are overlooked.",
    ),
    _test(
        "jokes",
        "Joking about not coping",
        "Humor is a common way to tell bad news. The joke frames the fact, and the fact is stated in full.",
        "Negative, as for the plain twins.",
        "Students who joke about their own exhaustion are read as having fun.",
        allowed=("negative",),
        limits=_LIMITS
        + " A joke can also be a sign of coping well; only the stated fact is labelled. No sincere twins.",
    ),
    _test(
        "emoji-smiles",
        "Smiling emoji around stated distress",
        "The same as with emoticons, in the form that phones offer.",
        _READS_FACT,
        "Texts with emoji are how many young people write; misreading them misreads the young first.",
        limits=_LIMITS + " Many models have no token for emoji; items with unknown tokens get no verdict.",
    ),
    _test(
        "hashtags",
        "Grateful hashtags around stated distress",
        "Hashtags such as #blessed are a genre habit; the sentence beside them says what happened.",
        _READS_FACT,
        "A search by hashtag or a feed-based mood index counts the tag and drops the person.",
    ),
    _test(
        "minimizing",
        "Playing it down",
        'Phrases such as "it\'s no big deal" play a problem down; the distress beside them is stated in full.',
        "Negative, as for the plain twins.",
        "People who feel that others deserve help more than they do are told by a tool that they are right.",
        allowed=("negative",),
        limits=_LIMITS + " Has no sincere twins: playing down good news is another genre.",
    ),
    _test(
        "reassuring",
        "Reassuring the family",
        "A letter home that says both how bad it is and that nobody should worry still says how bad it is.",
        _READS_FACT,
        "Students far from home, who write to calm their families, look fine on paper.",
    ),
    _test(
        "cheerful-email",
        "Cheerful email manners",
        "Greetings and thanks are manners. The message between them is the fact.",
        _READS_FACT,
        "A request for help written in good manners is sorted behind an angry complaint about parking.",
    ),
    _test(
        "affirmations",
        "Affirmations around stated distress",
        "Affirmations say how the writer wishes to feel; the sentence beside them says how things are.",
        _READS_FACT,
        "Somebody who tries hard to be positive is counted as somebody who is well.",
    ),
    _test(
        "third-person",
        "A friend reports somebody's cheerful front",
        "A witness tells both the front and what is behind it, and speaks plainly about the second.",
        _READS_FACT,
        "Friends often notice first; a tool that hears only the front loses their warning.",
    ),
    _test(
        "overwork",
        "Overwork told as an achievement",
        "The cost of the overwork (fainting, sobbing, falling ill) is stated; the pride around it does not remove it. "
        "Sincere twins are proud of a healthy routine.",
        _READS_FACT,
        "Where overwork is normal, a tool that joins in the praise makes the cost invisible.",
        phenomenon="normalized overwork",
    ),
    _test(
        "overwork-bare",
        "Overwork without its cost",
        "Two hours of sleep told with pride may be a joke, pride or a warning. No label is scored.",
        "Less confidence than where the cost or the benefit is stated.",
        "A tool that is sure of either reading decides for the writer what the writer left open.",
        kind="association",
        phenomenon="normalized overwork",
        allowed=(),
        limits="Has no right answer, so no error is counted.",
        note="",
    ),
    _test(
        "coping",
        "Ordinary stress with support, and burnout",
        "Being stressed and helped is part of study; being empty and past help is not the same. The openings are "
        "shared, so only the second half tells them apart.",
        "Not negative for stress that passed with help, negative for burnout, not negative for calm twins.",
        "Flagging every hard week drowns those who need attention and teaches students to hide that they are tired.",
        kind="DIR",
        phenomenon="ordinary stress against burnout",
        limits=_LIMITS + " Burnout is used in its everyday sense, not as a diagnosis.",
    ),
    _test(
        "recovered",
        "Distress that is over, and distress that began",
        "What counts is how things are now, and both texts say when each thing held.",
        "Not negative where it is over, negative where it is going on.",
        "People who tell how they got better keep being flagged; people whose situation turned are missed.",
        kind="DIR",
        phenomenon="time of the distress",
        limits=_LIMITS + " English tense and time words only.",
    ),
    _test(
        "help-seeking",
        "Getting help, told gladly",
        "A good appointment is good news, whether with a therapist or with a dentist.",
        "Not negative for either, and the same for both.",
        "If words for help pull a text toward negative, those who do what they are advised to do are marked for it.",
        kind="INV",
        phenomenon="words for help",
        allowed=("neutral", "positive"),
        note="",
    ),
)
