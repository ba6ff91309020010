/* SPDX-License-Identifier: MIT */
/* template_unit.c - TEMPLATE.h as it stands, built and tried like the others. */
#define SWAP_DEFINE
#include "strategies/TEMPLATE.h"
#include "strategies/write_loops.h"
SWAP_LOOPS(template);
