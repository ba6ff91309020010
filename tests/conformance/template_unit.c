/* SPDX-License-Identifier: MIT */
/* template_unit.c - TEMPLATE.h as it stands, built and tried like the others. */
#include "strategies/TEMPLATE.h"
