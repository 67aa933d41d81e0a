from __future__ import annotations

import random

import pytest
from fakes import FakeClassifier, FakeMaskedLM

from audit.models.base import Request
from audit.scoring import Cancelled, Parts, Progress, make_plan, run_plan, score

TEXTS = [f"{'very ' * (i % 17)}{word} thing number {i}." for i in range(300) for word in ("good", "bad")]
REQUESTS = [Request(text) for text in TEXTS]


def test_equal_texts_run_once():
    model = FakeClassifier()
    responses = score(model, REQUESTS + REQUESTS)
    assert sum(model.batches) == len(REQUESTS)
    assert responses[: len(REQUESTS)] == responses[len(REQUESTS) :]


def test_batches_keep_to_the_token_budget_and_are_ordered_by_length():
    plan = make_plan(FakeClassifier(), REQUESTS, batch_tokens=500)
    lengths = [len(row.ids) for row in plan.rows]
    assert lengths == sorted(lengths)
    assert all((stop - start) * lengths[stop - 1] <= 500 for start, stop in plan.batches)
    assert [place for start, stop in plan.batches for place in range(start, stop)] == list(range(len(REQUESTS)))


def test_a_row_longer_than_the_budget_is_a_batch_of_its_own():
    plan = make_plan(FakeClassifier(), [Request("x" * 900), Request("y" * 901)], batch_tokens=100)
    assert plan.batches == ((0, 1), (1, 2))


@pytest.mark.parametrize("batch_tokens", [1, 64, 100_000])
def test_results_do_not_depend_on_batch_size(batch_tokens):
    assert score(FakeClassifier(), REQUESTS, batch_tokens=batch_tokens) == score(FakeClassifier(), REQUESTS)


def test_results_and_plan_do_not_depend_on_order():
    shuffled = list(REQUESTS)
    random.Random(1).shuffle(shuffled)
    assert make_plan(FakeClassifier(), shuffled).digest() == make_plan(FakeClassifier(), REQUESTS).digest()
    expected = dict(zip(REQUESTS, score(FakeClassifier(), REQUESTS), strict=True))
    assert score(FakeClassifier(), shuffled) == [expected[request] for request in shuffled]


def test_requests_about_one_text_share_a_row_and_get_their_own_targets():
    asked = [Request("A [MASK].", choices=("she", "he")), Request("A [MASK].", choices=("they", "she"), top_k=3)]
    model = FakeMaskedLM()
    together = score(model, asked)
    assert len(model.ran) == 1
    assert together == [score(FakeMaskedLM(), [request])[0] for request in asked]


def test_a_killed_run_goes_on_at_the_first_missing_chunk(tmp_path, monkeypatch):
    monkeypatch.setattr("audit.scoring.CHUNK_TOKENS", 2000)
    plan = make_plan(FakeClassifier(), REQUESTS, batch_tokens=500)
    assert len(plan.chunks) > 4
    seen: list[Progress] = []
    with pytest.raises(Cancelled):
        run_plan(FakeClassifier(), plan, parts=Parts(tmp_path), progress=seen.append, cancelled=lambda: len(seen) > 20)
    kept = len(list(tmp_path.glob("part-*.parquet")))
    assert 0 < kept < len(plan.chunks)
    model = FakeClassifier()
    resumed = run_plan(model, plan, parts=Parts(tmp_path))
    finished = plan.batches[plan.chunks[kept - 1][1] - 1][1]
    assert sum(model.batches) == len(plan.rows) - finished
    assert resumed == score(FakeClassifier(), REQUESTS, batch_tokens=500)


def test_a_damaged_chunk_is_run_again(tmp_path):
    plan = make_plan(FakeClassifier(), REQUESTS)
    expected = run_plan(FakeClassifier(), plan, parts=Parts(tmp_path))
    for path in tmp_path.glob("part-*.parquet"):
        path.write_bytes(path.read_bytes()[:-20])
    model = FakeClassifier()
    assert run_plan(model, plan, parts=Parts(tmp_path)) == expected
    assert sum(model.batches) == len(plan.rows)


def test_progress_ends_at_the_total():
    seen: list[Progress] = []
    score(FakeClassifier(), REQUESTS, batch_tokens=500, progress=seen.append)
    assert seen[-1].done == seen[-1].total == len(REQUESTS)
    assert seen[-1].tokens_done == seen[-1].tokens_total
    assert [p.done for p in seen] == sorted(p.done for p in seen)
