/* SPDX-License-Identifier: MIT */
/* stall.h - what the stalling strategy does and its test expects. */
#ifndef RINGSWAP_TESTS_VALIDITY_STALL_H
#define RINGSWAP_TESTS_VALIDITY_STALL_H

#define STALL_EVERY 100
#define STALL_NS    30000000

#endif
