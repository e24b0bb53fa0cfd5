import numpy as np

from pinakes.kernels.fusion import reciprocal_rank_fusion


def test_fusion_by_hand():
    rows, scores = reciprocal_rank_fusion([(np.array([7, 3]), 1.0), (np.array([3, 9]), 0.5)])
    assert rows.tolist() == [3, 7, 9]
    assert scores.tolist() == [
        round(1 / (60 + 2) + 0.5 / (60 + 1), 9),
        round(1 / (60 + 1), 9),
        round(0.5 / (60 + 2), 9),
    ]


def test_no_lists_and_empty_lists_give_nothing():
    assert reciprocal_rank_fusion([])[0].tolist() == []
    assert reciprocal_rank_fusion([(np.empty(0, np.int64), 1.0)])[1].tolist() == []
