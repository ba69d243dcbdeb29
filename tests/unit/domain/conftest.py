from hypothesis import settings

# A shared machine is sometimes slow; how long an example takes says nothing about the domain.
settings.register_profile("no clock", deadline=None)
settings.load_profile("no clock")
