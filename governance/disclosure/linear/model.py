"""One linear program after another over the same equations, with HiGHS (highspy): only the objective changes."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

#: How far to branch for a world in whole numbers before it is given up.
MOST_NODES = 200

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Solved:
    """An optimum: `value`, the variables, and the dual value of each row."""

    value: float
    x: Reals
    dual: Reals


class Model:
    """Maximise over low <= x <= high, row_low <= matrix x <= row_high; started warm from the last optimum."""

    def __init__(self, matrix: sp.csr_array, *, rows: tuple[Reals, Reals], bounds: tuple[Reals, Reals]) -> None:
        self._matrix, self._rows, self._bounds = matrix, rows, bounds
        self._index = np.arange(matrix.shape[1], dtype=np.int32)
        self._solver = _solver(matrix, rows, bounds)
        # Primal simplex: with another objective the last optimum stays feasible.
        self._solver.setOptionValue("simplex_strategy", 4)
        self._begun = False

    def maximise(self, cost: Reals, *, seconds: float) -> Solved | None:
        """The optimum; None when the solver fails or its time is up."""
        solver = self._solver
        solver.changeColsCost(len(cost), self._index, cost)
        # The limit is on the solver's own running total.
        solver.setOptionValue("time_limit", solver.getRunTime() + max(0.01, seconds))
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            solver.clearSolver()
            return None
        found = solver.getSolution()
        x, dual = np.array(found.col_value), np.array(found.row_dual)
        return Solved(float(cost @ x), x, dual)

    def bound(self, column: int, low: float, high: float) -> None:
        """Set the bounds of one variable."""
        self._solver.changeColBounds(column, low, high)

    def whole(self, cost: Reals, *, least: float, seconds: float) -> Reals | None:
        """Some whole numbers that keep the equations and reach `least`; None when there are none, or none in time."""
        matrix = sp.vstack([self._matrix, sp.csr_array(cost[None, :])]).tocsr()
        rows = (np.append(self._rows[0], least - 0.5), np.append(self._rows[1], np.inf))
        solver = _solver(matrix, rows, self._bounds)
        kinds = [highspy.HighsVarType.kInteger] * len(cost)
        solver.changeColsIntegrality(len(cost), self._index, np.array(kinds))
        solver.setOptionValue("time_limit", max(0.01, seconds))
        solver.setOptionValue("mip_rel_gap", 1e9)  # the first one found will do
        # A limit that does not depend on the machine, so that the answer does not either.
        solver.setOptionValue("mip_max_nodes", MOST_NODES)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.array(solver.getSolution().col_value)


def _solver(matrix: sp.csr_array, rows: tuple[Reals, Reals], bounds: tuple[Reals, Reals]) -> highspy.Highs:
    problem = highspy.HighsLp()
    problem.num_row_, problem.num_col_ = matrix.shape
    problem.col_cost_ = np.zeros(matrix.shape[1])
    problem.col_lower_, problem.col_upper_ = bounds
    problem.row_lower_, problem.row_upper_ = rows
    problem.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    problem.a_matrix_.start_ = matrix.indptr
    problem.a_matrix_.index_ = matrix.indices
    problem.a_matrix_.value_ = matrix.data.astype(np.float64)
    problem.sense_ = highspy.ObjSense.kMaximize
    solver: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    solver.passModel(problem)
    return solver
