"""演示区: an invented district that looks alive. Everything in it comes in through the verbs that people use."""
