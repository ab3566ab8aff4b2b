"""Time to an event by the probability of the event in each interval, a softmax.

After Kvamme and Borgan, "Continuous and discrete-time survival prediction with neural
networks" (Lifetime Data Analysis 2021).
"""

from __future__ import annotations

from time_to_event import Masses


class Head(Masses):
    """Features [N, F] become a risk [N] and survival [N, T]."""
