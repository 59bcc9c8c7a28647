"""人员与机构: who may come in, for which organisation, with which role."""
