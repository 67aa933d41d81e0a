from benchmarks.depths import by_suite, compare


def test_full_depth_sees_half_of_what_standard_depth_sees():
    ratios = by_suite(list(compare(runs=4)))
    assert set(ratios) == {"occupations", "negation", "sarcasm", "slang", "masking", "demographics"}
    assert max(ratios.values()) < 0.55, ratios
    assert min(ratios.values()) > 0.15, ratios
