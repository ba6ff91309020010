/* SPDX-License-Identifier: MIT */
/* cmd_list.c - `ringswap list`: strategies, their traits, and the floors. */
#include "bench/base/why.h"
#include "bench/plan/descriptors.h"
#include "bench/plan/trial.h"
#include "tools/options.h"

static const char help[] =
	"usage: ringswap list [--json]\n\n"
	"Shows every strategy with its traits, and whether it runs on this "
	"machine or why not;\nthen the controls (rows that are no candidates) "
	"and the floors (bare mechanisms).\n\n"
	"  --json   the same as JSON\n"
	"  --help   this text\n\n"
	"Examples:\n"
	"  ringswap list\n"
	"  ringswap list --json | jq -r "
	"'.strategies[] | select(.available) | .name'\n";

static bool is_control(const struct swap_strategy *s)
{
	return s->family == SWAP_CONTROL;
}

static const char *yes_no(bool yes)
{
	return yes ? "yes" : "no";
}

/* What is said of a strategy stands below its summary. */
static int indent(void)
{
	return swap_name_width() + 7;
}

static void print_strategy(const struct swap_strategy *s)
{
	char why[256] = "";
	bool here = bench_trial(s, why, sizeof(why)) == 0;

	printf("  %-*s %-4s %-9s %s\n", swap_name_width(), s->name,
	       here ? "yes" : "NO", swap_family_name(s->family), s->summary);
	if (*why)
		printf("%*s%s: %s\n", indent(), "",
		       here ? "remark" : "unavailable", why);
	if (s->swap)
		printf("%*smechanism: %s; shape: %s\n", indent(), "",
		       s->mechanism, swap_shape_name(s->shape));
	printf("%*swriter pays: %s\n", indent(), "", s->writer_pays);
	printf("%*sswapper pays: %s\n", indent(), "", s->swapper_pays);
	if (s->swap) {
		printf("%*sdrops: %s\n", indent(), "", s->drops);
		printf("%*ssnapshot: exclusive %s, %s\n", indent(), "",
		       swap_exclusive_name(s->exclusive),
		       swap_memory_name(s->memory));
		printf("%*sswap: try %s, wait %s; from a handler: write %s, "
		       "swap %s%s\n",
		       indent(), "", yes_no(s->has_try),
		       s->bounded ? "bounded" : "UNBOUNDED",
		       yes_no(s->write_from_handler),
		       yes_no(s->swap_from_handler),
		       s->pinned_writer ? "; pinned writer" : "");
	}
	printf("%*sbaseline: %s; floor: %s; needs: %s\n", indent(), "",
	       s->baseline, s->floor, *s->needs ? s->needs : "nothing");
	if (s->breaks)
		printf("%*sbreaks: %s\n", indent(), "",
		       swap_promise_name(s->breaks));
}

static void print_group(bool controls)
{
	const struct swap_strategy *s;

	swap_for_each_strategy (s)
		if (is_control(s) == controls)
			print_strategy(s);
}

static void print_floor(const struct bench_floor *f)
{
	const struct bench_floor_bound *b = f->bounds;

	char why[BENCH_WHY];

	printf("  %-16s %s\n", f->name, f->summary);
	if (bench_trial_floor(f, why, sizeof(why)))
		printf("%19sunavailable: %s\n", "", why);
	if (b)
		printf("%19sbounds %s: %s%s%s\n", "", b->scenario, b->of,
		       b->by ? ", as measured by " : "", b->by ? b->by : "");
}

static void print_absent(void)
{
	const struct swap_absent *a = swap_absent_at(0);

	if (a)
		printf("\nNot built, for want of\n");
	for (unsigned int i = 1; a; a = swap_absent_at(i++))
		printf("  %-*s %s\n", swap_name_width(), a->name, a->missing);
}

static void print_text(void)
{
	const struct bench_floor *f;

	printf("Strategies (sound: C1-C7 of docs/architecture.md hold)\n"
	       "  %-*s %-4s %-9s\n",
	       swap_name_width(), "name", "here", "family");
	print_group(false);
	printf("\nControls (no candidates: what a baseline costs, and what must "
	       "be caught breaking)\n");
	print_group(true);
	print_absent();
	printf("\nFloors (bare mechanisms, measured beside the rows)\n");
	for (unsigned int i = 0; (f = bench_floor_at(i)) != NULL; i++)
		print_floor(f);
}

static json_t *strategy_json(const struct swap_strategy *s)
{
	char why[256] = "";
	bool here = bench_trial(s, why, sizeof(why)) == 0;
	json_t *json = bench_descriptor_of_strategy(s);

	json_object_set_new(json, "available", json_boolean(here));
	json_object_set_new(json, "reason", json_string(why));
	return json;
}

static json_t *list_json(void)
{
	const struct bench_floor *f;
	json_t *strategies = json_array();
	json_t *bare = json_array();
	json_t *absent = json_array();
	const struct swap_strategy *s;
	const struct swap_absent *a;

	swap_for_each_strategy (s)
		json_array_append_new(strategies, strategy_json(s));
	for (unsigned int i = 0; (f = bench_floor_at(i)) != NULL; i++)
		json_array_append_new(bare, bench_descriptor_of_floor(f));
	for (unsigned int i = 0; (a = swap_absent_at(i)) != NULL; i++)
		json_array_append_new(absent,
				      json_pack("{s:s, s:s}", "name", a->name,
						"missing", a->missing));
	return json_pack("{s:s, s:o, s:o, s:o}", "schema", "ringswap-list/1",
			 "strategies", strategies, "absent", absent, "floors",
			 bare);
}

int cmd_list(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	bool json = false;
	int option;

	while ((option = options_next(argc, argv, ":jh", longs)) > 0) {
		if (option == 'h') {
			fputs(help, stdout);
			return options_flush();
		}
		json = true;
	}
	if (option == OPTIONS_BAD)
		return COMMAND_USAGE;
	if (optind < argc)
		return command_error(COMMAND_USAGE,
				     "takes no argument, got \"%s\"",
				     argv[optind]);
	if (json)
		return options_print_json(list_json());
	print_text();
	return options_flush();
}
