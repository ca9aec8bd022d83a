"""Numbers of the business that jobs and reports share with the dbt project: its `vars` in dbt_project.yml are the same.

A test holds the two equal, so who changes one changes the other.
"""

# The rule: a customer is at risk who has not bought for more than so many days and is unsatisfied; where
# satisfaction is unknown, the days alone decide.
AT_RISK_DAYS = 30
# The model: a customer is at risk from this probability of leaving on.
AT_RISK_PROBABILITY = 0.5
# Who does not buy for so many days after a cut has churned.
CHURN_HORIZON_DAYS = 90
# Cuts lie so many days before the run's as-of date. The label windows of the training cuts end by the hold-out cut, so
# nothing held out has been seen.
HOLD_OUT_CUT = 90
TRAINING_CUTS = (180, 210, 240, 270)
# A number whose population stability index is above this has shifted since the training.
SHIFTED_INDEX = 0.2
