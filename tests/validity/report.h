/* SPDX-License-Identifier: MIT */
/*
 * report.h - what results with known effects say of the harness: what the
 * topics of the report share, and the topics (report.c).
 */
#ifndef RINGSWAP_TESTS_VALIDITY_REPORT_H
#define RINGSWAP_TESTS_VALIDITY_REPORT_H

#include <jansson.h>
#include <stdbool.h>

#define ALPHA	   0.05
#define ROUNDS_MAX 1000

/* Say why on stderr, and end. */
void report_die(const char *why) __attribute__((noreturn));

/* A result, or the end. */
json_t *report_load(const char *path);

/* json[a][b]; NULL: there is none. */
const json_t *report_at(const json_t *json, const char *a, const char *b);

/* A text member; "": there is none. */
const char *report_text(const json_t *json, const char *name);

/* The A/A control that stands for a run, and whether one passed. */
const json_t *report_control(const json_t *result);
bool report_passed(const json_t *aa);

/* Print "HITS of N: ... %", with its interval. */
void report_share(unsigned int hits, unsigned int n);

/* "held", "NOT held" */
const char *report_held(bool is);

/* The topics; each an exit status. */
int report_effects(int n, char **paths);
int report_flips(int n, char **paths);
int report_times(int n, char **paths);
int report_empty(int n, char **paths);
int report_memory(char **command);

#endif
