"""For all tests: none is about time, so Hypothesis lets each of its examples take what it takes."""

from hypothesis import HealthCheck, settings

settings.register_profile("any pace", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any pace")
