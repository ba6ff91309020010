/* SPDX-License-Identifier: MIT */
/* variants.h - strategies and scenarios of tests only: history, detectors. */
#ifndef PROOF_EXPLORE_VARIANTS_H
#define PROOF_EXPLORE_VARIANTS_H

#include "proof/explore/scenario.h"

/* By the name that an interleaving was saved under; NULL: none. */
const struct swap_strategy *xp_variant_strategy(const char *name);
const struct xp_scenario *xp_variant_scenario(const char *name);

const struct swap_strategy *xp_detector_strategy(const char *name);
const struct xp_scenario *xp_detector_scenario(const char *name);

#endif
