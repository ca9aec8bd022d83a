"""What Python and the dbt project both say of the business is the same."""

import yaml

from common import thresholds
from common.settings import ROOT


def test_python_and_the_dbt_project_have_the_same_numbers() -> None:
    variables = yaml.safe_load((ROOT / "dbt_project" / "dbt_project.yml").read_text())["vars"]
    shared = {
        "at_risk_days": thresholds.AT_RISK_DAYS,
        "at_risk_probability": thresholds.AT_RISK_PROBABILITY,
        "churn_horizon_days": thresholds.CHURN_HORIZON_DAYS,
        "cut_days": [0, thresholds.HOLD_OUT_CUT, *thresholds.TRAINING_CUTS],
        "shifted_index": thresholds.SHIFTED_INDEX,
    }
    assert {name: variables[name] for name in shared} == shared
