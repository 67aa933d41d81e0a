"""The named tests of the sarcasm suite: one for each family of cues."""

from __future__ import annotations

from audit.schema import Test

_EXPECTED = (
    "The event decides: bad news under the cue is read as negative and good news as positive, as in the plain twins."
)
_LIMITS = (
    "Items are author-labelled and unpiloted. The clash of cue and event is sharp on purpose; sarcasm among friends "
    "often rests on knowledge that no text contains."
)


def _test(
    name: str, title: str, rationale: str, harm: str, *, phenomenon: str = "sarcasm", limits: str = _LIMITS
) -> Test:
    return Test(
        name=name,
        title=title,
        phenomenon=phenomenon,
        type="MFT",
        rationale=rationale,
        expected=_EXPECTED,
        harm=harm,
        allowed=("negative", "positive"),
        limits=limits,
    )


TESTS = (
    _test(
        "oh-great",
        "Oh great, ...",
        'Exclamations such as "oh great" greet good news and, ironically, bad news. Nobody is glad of a flight that '
        "was canceled, so the event settles which one is meant.",
        "Complaints in everyday irony are filed as praise, and nobody looks into what went wrong.",
    ),
    _test(
        "needed",
        "Just what I needed",
        'To call something "just what I needed" is thanks after good news and irony after bad news.',
        "Somebody who has had enough is counted as somebody who got what they wanted.",
    ),
    _test(
        "thanks",
        "Thanks a lot",
        "Thanks are due for good things; thanks for a misfortune are a reproach.",
        "Reproaches to a service or an office arrive in its statistics as gratitude.",
        limits="Some of the thanks go to Monday or to the universe, which is playful in both readings. " + _LIMITS,
    ),
    _test(
        "love-how",
        "I love how ...",
        '"I love how" takes a clause that is liked, or, ironically, one that nobody could like.',
        'Models that lean on the verb "love" turn some of the sharpest criticism into the warmest praise.',
    ),
    _test(
        "hyperbole",
        "Hyperbole",
        "Overstatement fits great joy; around a plain misfortune it is understood as its opposite.",
        "The stronger people exaggerate their disappointment, the surer a model may be that they are happy.",
    ),
    _test(
        "congratulations",
        "Mock congratulation",
        "Congratulations and medals go with success; for a failure they are mockery or self-mockery.",
        "Self-mockery after a failure is read as pride, and offers of help go elsewhere.",
    ),
    _test(
        "quotes",
        "Quotation marks",
        "Quotation marks around praise can quote it or put it in doubt. With a bad event they put it in doubt; with a "
        "good one the phrase stands as a quoted expression.",
        "A mark that readers see at once is thrown away with the punctuation.",
        limits="Some readers hear doubt in any quotation marks, even around good news. " + _LIMITS,
    ),
    _test(
        "actions",
        "Actions between asterisks",
        "Stage directions such as *happy dance* show a gesture. A gesture of joy at bad news is irony, and nervous "
        "laughter at good news is excitement.",
        "Habits of writing from chats and games, where younger writers are many, are misread more often than plain "
        "prose.",
        limits="Slow claps and nervous laughter lean toward irony by themselves. " + _LIMITS,
    ),
    _test(
        "understatement",
        "Understatement",
        "Mild approval fits a modest reaction to good news; of a disaster it is dry irony.",
        "Dry humor, a habit of some families and regions, is taken at its word.",
    ),
    _test(
        "question",
        "Rhetorical question",
        'Nobody who asks "could this day get any better?" waits for an answer; the event says how the day went.',
        "Feedback in the form of a question is counted as contentment.",
    ),
    _test(
        "hashtag",
        "Grateful hashtags",
        "Hashtags such as #blessed go with good fortune, and with misfortune as irony.",
        "Analyses of social media, where such tags are used to pick happy posts, collect unhappy ones.",
    ),
    _test(
        "stretched",
        "Stretched and capital letters",
        "Stretched vowels and capitals make a feeling louder. Which feeling, the event tells.",
        "Emphatic complaints are read as emphatic joy.",
    ),
    _test(
        "emoticon",
        "Emoticons",
        "A smile made of punctuation after bad news is bitter, after good news happy.",
        "People who soften bad news with a smile are counted as doing well.",
        limits="Many tokenizers split an emoticon into loose marks, so a model may not see it at all. " + _LIMITS,
    ),
    _test(
        "emoji",
        "Emoji",
        "Confetti or applause after bad news is irony, after good news celebration.",
        "People who soften bad news with a picture are counted as celebrating.",
        limits="Emoji that a vocabulary lacks become unknown tokens; where that happens in more than one item of ten, "
        "there is no verdict. Meanings of emoji differ between ages and platforms. " + _LIMITS,
    ),
)
