/* SPDX-License-Identifier: MIT */
/*
 * target.h - what a file that somebody else wrote may do: be refused in one
 * line, or be shown.
 */
#ifndef TESTS_FUZZ_TARGET_H
#define TESTS_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

/**
 * LLVMFuzzerTestOneInput() - read the bytes as a result, a journal and a matrix,
 * show, compare and plot what was taken
 *
 * libFuzzer calls it so; loop.c is for who has none. Aborts where a text that is
 * printed could command a terminal or break a table. Always returns 0.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Inputs that were taken, and not refused, so far. */
extern unsigned long fuzz_taken;

#endif
