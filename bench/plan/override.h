/* SPDX-License-Identifier: MIT */
/* What the command line says of axes: given in place of the file's values, and
 * checked to have an effect. bench_matrix_override() is in matrix.h. */
#ifndef BENCH_PLAN_OVERRIDE_H
#define BENCH_PLAN_OVERRIDE_H

#include "bench/plan/product.h"

/** bench_override_of() - what was said of that axis, or NULL */
const struct bench_override *bench_override_of(const struct bench_matrix *m,
					       const char *axis);

/** bench_overrides_keep() - do --strategy and --scenario keep this cell? */
bool bench_overrides_keep(const struct bench_matrix *m,
			  const struct bench_cell *cell);

/** bench_product_override() - the command line's values of an axis instead */
int bench_product_override(struct bench_reading *r, struct bench_product *p,
			   const struct bench_override *o);

/** bench_product_override_all() - of every axis that is replaced, not picked */
int bench_product_override_all(struct bench_reading *r,
			       struct bench_product *p);

/** bench_overrides_check() - was anything said that comes to nothing? */
int bench_overrides_check(const struct bench_reading *r);

#endif
