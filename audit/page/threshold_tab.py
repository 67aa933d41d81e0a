"""When would we act on this? A line over a model's score: who is missed and who is flagged, as it moves."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from html import escape
from typing import Any

import gradio as gr

from audit.lessons.masking import LESSON
from audit.page.findings_screen import PLOT_TEXT
from audit.page.fragments import note as remark
from audit.page.fragments import page, problem, say, stored_line, texts
from audit.page.room import Room
from audit.page.shelf import OFFERS
from audit.page.steps import ahead, focus, lead
from audit.page.steps import opened as way
from audit.page.threshold_numbers import Group, Lines, Look, Outcome, Posts
from audit.page.threshold_words import chart, sentence, title
from audit.report import words
from audit.schema import CaveatError

COMMIT, MOVE, ARGUE = 1, 2, 3
START, STEP = 50, 5
LONGEST = 300
ROW = 74
"""Pixels of a row of the chart."""
LABEL = 16
"""Characters in a line of a row's label."""
APART = 0.17
"""How far the two dots of a row stand from its middle, in rows."""

_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_ARGUE = (
    "The score of a post stayed the same while you moved the line. Who was missed did not. Who, in a school that you "
    "know, would choose the line, and who would be asked?",
    "A tool for a helpline and a tool for a term's survey may use the same model. Would you give them the same line?",
    "Where the two kinds of words differ, no line treats both alike. Would you choose a line for each, and how would "
    "the tool know which is which?",
    "Somebody reads every flagged post. How many can they read in a week, and what happens to the others?",
    "For some of these students there are three posts. What would you have to do before saying that nobody is missed "
    "more often because of who they are?",
    "What do you lose if the tool does not exist at all, and people ask each other how they are?",
)
_VARIANTS = (
    "The planted and the even-handed model are not offered here. The first differs from the base model only where a "
    "text names a woman, and none of these posts does; the second only where one names a woman or a man, and few of "
    "them do. Their lines would be nearly the same."
)
_NOT_FOR = (
    "No line turns this into a screening, diagnostic or crisis tool. A low score does not mean that someone is safe, "
    "and the model judges wording, not people."
)


class ThresholdTab:
    """The controls of the tab and what they do."""

    def __init__(self, room: Room) -> None:
        """Put the tab in place.

        Args:
            room: of the page.
        """
        self.room = room
        self.lines = Lines(room.ready)
        self.own = gr.State({})
        with gr.Walkthrough(selected=COMMIT, elem_id="threshold-steps") as self.steps:
            with gr.Step("Commit", id=COMMIT, elem_id="threshold-commit"):
                self._build_commit()
            with gr.Step("Move it", id=MOVE, interactive=False, elem_id="threshold-move") as self.move_step:
                self._build_move()
            with gr.Step("Argue", id=ARGUE, interactive=False, elem_id="threshold-argue") as self.argue_step:
                gr.HTML(_argue(room.settings.help_lines))
        self.ahead = ahead("threshold-argue")
        self._connect()

    def _build_commit(self) -> None:
        gr.HTML(_question())
        self.first = gr.Slider(
            0, 100, START, step=STEP, label="I would act from this score on", interactive=True, elem_id="threshold-own"
        )
        self.why = gr.Textbox(
            label="Because", lines=2, max_length=LONGEST, elem_id="threshold-why", info="Stays in this window."
        )
        self.lock = gr.Button("Lock it in", variant="primary", elem_id="threshold-lock")
        self.missing = gr.HTML()

    def _build_move(self) -> None:
        names = self.lines.names()
        offers = [(offer.label, offer.name) for offer in OFFERS if offer.name in names]
        gr.HTML(page('<h2 tabindex="-1">Who is missed, and who is flagged although well?</h2>'))
        with gr.Row():
            self.model = gr.Radio(
                offers,
                value=offers[0][1] if offers else None,
                label="The score of which model?",
                interactive=True,
                elem_id="threshold-model",
                elem_classes="cv-choices",
            )
            self.look = gr.Radio(
                [],
                label="Which posts side by side?",
                interactive=True,
                elem_id="threshold-look",
                elem_classes="cv-choices",
            )
        self.line = gr.Slider(
            0,
            100,
            START,
            step=STEP,
            label="Somebody acts from this score on",
            interactive=True,
            elem_id="threshold-line",
        )
        self.said = gr.HTML(elem_id="threshold-said")
        self.plot = gr.Plot(show_label=False, container=False, visible=False, elem_id="threshold-plot")
        self.under = gr.HTML(elem_id="threshold-under")
        self.to_argue = gr.Button("Argue about it", variant="primary", elem_id="threshold-to-argue")

    def _connect(self) -> None:
        shown = [self.said, self.plot, self.under]
        asked = [self.model, self.look, self.line, self.own]
        opens = [self.move_step, self.argue_step, self.ahead]
        locking = self.lock.click(
            self._lock,
            [self.first, self.why],
            [self.own, self.missing, self.line, self.look, *shown, self.steps, *opens],
            **_QUIET,
        )
        locking.then(None, js=focus("threshold-move"), **_QUIET)
        for button in (self.ahead, self.to_argue):
            lead(button, self.steps, ARGUE, "threshold-argue", _QUIET)
        # The latest place of the line is what counts; those passed on the way may be left out.
        self.line.input(self._show, asked, shown, trigger_mode="always_last", **_QUIET)
        self.look.input(self._show, asked, shown, **_QUIET)
        self.model.input(self._choose, asked, [self.look, *shown], **_QUIET)

    def _lock(self, first: float, why: str) -> tuple[Any, ...]:
        """Take the line that a student commits to; it is kept in this window only."""
        if not (why or "").strip():
            line = page(remark("One more thing.", "Write down why, in a few words."), role="alert")
            return gr.skip(), line, *(gr.skip(),) * 9
        own = {"at": _whole(first), "why": " ".join(why.split())[:LONGEST]}
        names = self.lines.names()
        look, shown = self._fresh(names[0] if names else "", "", _whole(first), own)
        return (
            own,
            "",
            gr.Slider(value=_whole(first)),
            look,
            *shown,
            gr.Walkthrough(selected=MOVE),
            gr.Step(interactive=True),
            gr.Step(interactive=True),
            way(True),
        )

    def _choose(self, model: str, look: str, line: float, own: Mapping[str, Any]) -> tuple[Any, ...]:
        """Show another model; the parting stays where its result allows it."""
        picked, shown = self._fresh(model, look, line, own)
        return picked, *shown

    def _fresh(self, model: str, look: str, line: float, own: Mapping[str, Any]) -> tuple[Any, tuple[Any, ...]]:
        try:
            looks = self.lines.get(model).looks
        except CaveatError as error:
            return gr.skip(), (problem(str(error)), gr.Plot(visible=False), "")
        keys = [one.key for one in looks]
        value = look if look in keys else keys[0]
        picked = gr.Radio([(one.label, one.key) for one in looks], value=value)
        return picked, self._show(model, value, line, own)

    def _show(self, model: str, look: str, line: float, own: Mapping[str, Any]) -> tuple[Any, ...]:
        """Draw what the line does."""
        try:
            posts = self.lines.get(model)
            found = next(one for one in posts.looks if one.key == look)
        except CaveatError as error:
            return problem(str(error)), gr.Plot(visible=False), ""
        except StopIteration:
            return gr.skip(), gr.skip(), gr.skip()
        outcome = posts.outcome(found, _whole(line) / 100)
        return said(outcome), gr.Plot(figure(outcome), visible=True), under(posts, found, outcome, own)


def _whole(value: float) -> int:
    """Bring what a slider sent to a place that it has."""
    return min(max(STEP * round(float(value or 0) / STEP), 0), 100)


def _question() -> str:
    """Ask for a line before anything is shown."""
    first, second = LESSON.twins[0][1], LESSON.twins[1][1]
    return page(
        '<h2 tabindex="-1">When would you act on a score?</h2>'
        f"{remark('Content note.', LESSON.note, 'partial')}"
        '<p class="lead">A model gives each post a score from 0 to 100: how sure it is that the post is negative. From '
        "some score on, somebody at the school writes to whoever posted it. Where would you draw that line, and why?"
        f'</p><ul class="lesson-twins"><li><span class="said">{say(first)}</span></li>'
        f'<li><span class="said">{say(second)}</span></li></ul>'
        '<p class="muted">A low line misses few and bothers many. A high one bothers few and misses many. Commit to '
        "one before you see how this model scores posts.</p>"
    )


def said(outcome: Outcome) -> str:
    """Say what the line does, above the chart."""
    return page(f"<h3>{escape(title(outcome))}</h3><p>{say(sentence(outcome))}</p>", role="status")


def figure(outcome: Outcome) -> Any:
    """Draw the chart for a room: large letters, and misses beside false alarms instead of over them."""
    from audit.report.plots import to_plotly

    spec = chart(outcome)
    drawn = to_plotly(spec)
    drawn.update_layout(font_size=PLOT_TEXT, height=120 + ROW * len(spec.rows), margin_t=44)
    drawn.update_xaxes(title_text="per cent", title_font_size=PLOT_TEXT, fixedrange=True)
    # Broken in short lines, so that a phone has room for the dots.
    labels = ["<br>".join(textwrap.wrap(row.label, LABEL)) for row in spec.rows]
    labels = [f"<b>{label}</b>" if row.strong else label for label, row in zip(labels, spec.rows, strict=True)]
    drawn.update_yaxes(fixedrange=True, ticklabelstandoff=14, ticktext=labels)
    drawn.update_traces(marker_size=14, error_x_thickness=3)
    for trace, shift in zip(drawn.data, (-APART, APART), strict=True):
        trace.y = [place + shift for place in trace.y]
    return drawn


def under(posts: Posts, look: Look, outcome: Outcome, own: Mapping[str, Any]) -> str:
    """Give what stands under the chart: the line committed to beside this one, all numbers, and what they are of."""
    rows = "".join(map(_row, (outcome.overall, *outcome.groups)))
    table = (
        '<div class="scroll" tabindex="0" role="region" aria-label="Numbers of the figure"><table><thead><tr>'
        '<th scope="col">Posts</th><th scope="col" class="num">Missed</th><th scope="col" class="num">Share (95 % '
        'interval)</th><th scope="col" class="num">False alarms</th><th scope="col" class="num">Share (95 % '
        f"interval)</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )
    return page(
        f"{_beside(posts, look, outcome, own)}"
        f"{remark('Policy.', 'The scores stay as they are. The line decides who is missed.')}"
        f"<details><summary>The numbers of this figure</summary>{table}</details>{_identities(posts, look, outcome)}"
        f'<p class="muted">{_VARIANTS}</p>'
        f'<p class="muted">{escape(stored_line(posts.result))}</p>'
    )


def _beside(posts: Posts, look: Look, outcome: Outcome, own: Mapping[str, Any]) -> str:
    """Set the line that was committed to beside the one that is shown."""
    if not own:
        return ""
    first = posts.outcome(look, own["at"] / 100).overall
    now = outcome.overall
    why = f'<p class="muted">You wrote: {escape(str(own["why"]))}</p>'
    if round(100 * outcome.at) == own["at"]:
        return f"<p><strong>This is the line that you committed to.</strong></p>{why}"
    return f"<p>You committed to <strong>{own['at']}</strong>: {_counts(first)}. Here it is {_counts(now)}.</p>{why}"


def _counts(group: Group) -> str:
    return f"{words.integer(group.missed.count)} missed and {words.plural(group.alarm.count, 'false alarm')}"


def _row(group: Group) -> str:
    cells = "".join(
        f'<td class="num">{words.integer(share.count)} of {words.integer(share.n)}</td>'
        f'<td class="num">{escape(share.words)}</td>'
        for share in (group.missed, group.alarm)
    )
    return f'<tr><th scope="row">{escape(words.capital(group.label))}</th>{cells}</tr>'


def _identities(posts: Posts, look: Look, outcome: Outcome) -> str:
    """List the students one by one, as counts; where the posts are parted by who writes."""
    if look.key != "writer":
        return ""
    found = posts.identities(outcome.at)
    most = max(max(row[2], row[4]) for row in found)
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td class="num">{missed} of {distress}</td>'
        f'<td class="num">{alarm} of {good}</td></tr>'
        for name, missed, distress, alarm, good in found
    )
    return (
        f"<details><summary>Student by student</summary>{texts([_few(most)])}"
        '<div class="scroll" tabindex="0" role="region" aria-label="Student by student"><table><thead><tr>'
        '<th scope="col">Who writes</th><th scope="col" class="num">Missed</th><th scope="col" class="num">False '
        f"alarms</th></tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _few(most: int) -> str:
    return (
        f"At most {most} posts of a kind by each: a single post moves a share by {100 / most:.0f} points or more. Too "
        "few to compare one student with another."
    )


def _argue(care: str) -> str:
    asked = "".join(f"<li>{say(text)}</li>" for text in _ARGUE)
    return page(
        '<h2 tabindex="-1">Who should choose the line?</h2>'
        f'<ol class="lesson-questions">{asked}</ol>{remark("What this is not.", _NOT_FOR)}'
        f'<div class="note"><p><strong>If it is about you or a friend.</strong> {escape(care)}</p></div>'
    )
