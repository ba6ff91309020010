/* SPDX-License-Identifier: MIT */
/* Discovery through hwloc, and its descriptions; see topology.h. */
#include "bench/base/why.h"
#include "bench/machine/topology.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/machine/affinity.h"

/* Set and not empty: hwloc takes an empty variable for an unset one. */
static const char *env(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* The version that an XML file says it has, 0: none. */
static int xml_version(const char *path)
{
	FILE *file = fopen(path, "re");
	char text[1025] = "";
	int version = 0;
	char *at;

	if (!file)
		return 0;
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	at = strstr(text, "<topology version=\"");
	if (at)
		sscanf(at, "<topology version=\"%d", &version);
	return version;
}

/* hwloc says of its files only that it cannot. */
static void add_xml_reason(char *why, size_t n)
{
	const char *xml = env("HWLOC_XMLFILE");
	int ours = HWLOC_API_VERSION >> 16;
	int theirs = xml ? xml_version(xml) : 0;
	size_t used = strlen(why);

	if (theirs > ours && used < n)
		snprintf(
			why + used, n - used,
			": it is of hwloc %d, this build has hwloc %d; save it "
			"there by lstopo --export-xml-flags v%d",
			theirs, ours, ours);
}

/*
 * hwloc would read the two variables itself, but falls back to this machine in
 * silence when their content is wrong. Its explicit calls report it.
 */
static int set_source(struct bench_topology *t, char *why, size_t n)
{
	const char *synthetic = env("HWLOC_SYNTHETIC");
	const char *xml = env("HWLOC_XMLFILE");
	struct stat st; /* a device or a pipe may have no end */

	t->source = "this machine";
	if (synthetic && xml)
		return bench_why(
			-EINVAL, why, n,
			"HWLOC_SYNTHETIC and HWLOC_XMLFILE are both set: "
			"unset one");
	if (synthetic) {
		t->source = "HWLOC_SYNTHETIC";
		if (hwloc_topology_set_synthetic(t->hwloc, synthetic))
			return bench_why(
				-EINVAL, why, n,
				"HWLOC_SYNTHETIC: hwloc does not accept "
				"\"%.100s%s\"",
				synthetic, bench_more(synthetic, 100));
	}
	if (xml) {
		t->source = "HWLOC_XMLFILE";
		if (!stat(xml, &st) && !S_ISREG(st.st_mode))
			return bench_why(-EINVAL, why, n,
					 "HWLOC_XMLFILE: %.100s%s: not a "
					 "regular file",
					 xml, bench_more(xml, 100));
		if (hwloc_topology_set_xml(t->hwloc, xml)) {
			int err = -errno;

			bench_why(err, why, n, "HWLOC_XMLFILE: %.100s%s: %s",
				  xml, bench_more(xml, 100), strerror(-err));
			add_xml_reason(why, n);
			return err;
		}
	}
	if (!synthetic && !xml && env("HWLOC_FSROOT"))
		t->source = "HWLOC_FSROOT";
	if (!synthetic && !xml && env("HWLOC_CPUID_PATH"))
		t->source = "HWLOC_CPUID_PATH";
	return 0;
}

static bool is_described(const struct bench_topology *t)
{
	return strcmp(t->source, "this machine");
}

static bool made_of_a_line(const struct bench_topology *t)
{
	hwloc_obj_t root = hwloc_get_root_obj(t->hwloc);
	const char *backend = hwloc_obj_get_info_by_name(root, "Backend");

	return backend && !strcmp(backend, "Synthetic");
}

/*
 * RESTRICT_TO_CPUBINDING makes taskset count, and keeps discovery off CPUs that
 * are not ours. It demands IS_THISSYSTEM, which would turn a described machine
 * into "this" one, so there the same is done afterwards where it applies.
 */
static int load_hwloc(struct bench_topology *t, char *why, size_t n)
{
	unsigned long flags = HWLOC_TOPOLOGY_FLAG_IMPORT_SUPPORT;
	const char *xml = env("HWLOC_XMLFILE");

	if (!is_described(t))
		flags |= HWLOC_TOPOLOGY_FLAG_IS_THISSYSTEM |
			 HWLOC_TOPOLOGY_FLAG_RESTRICT_TO_CPUBINDING;
	hwloc_topology_set_flags(t->hwloc, flags);
	hwloc_topology_set_io_types_filter(t->hwloc,
					   HWLOC_TYPE_FILTER_KEEP_NONE);
	if (hwloc_topology_load(t->hwloc)) {
		bench_why(-EINVAL, why, n, "hwloc cannot load %s%s%.100s%s",
			  t->source, xml ? " " : "", xml ? xml : "",
			  bench_more(xml ? xml : "", 100));
		add_xml_reason(why, n);
		return -EINVAL;
	}

	t->binds = hwloc_topology_is_thissystem(t->hwloc);
	t->simulated = !t->binds || made_of_a_line(t);
	if (t->binds && is_described(t) &&
	    hwloc_bitmap_intersects(
		    t->real, hwloc_topology_get_topology_cpuset(t->hwloc)))
		hwloc_topology_restrict(t->hwloc, t->real, 0);
	return 0;
}

static hwloc_obj_t above(const struct bench_topology *t, hwloc_obj_t pu,
			 hwloc_obj_type_t type)
{
	return hwloc_get_ancestor_obj_by_type(t->hwloc, type, pu);
}

/* A PU may be local to several nodes (HBM beside DRAM, CXL): the closest. */
static int nearest_node(const struct bench_topology *t, hwloc_obj_t pu)
{
	hwloc_obj_t node = NULL, best = NULL;

	while ((node = hwloc_get_next_obj_by_type(t->hwloc, HWLOC_OBJ_NUMANODE,
						  node))) {
		if (!hwloc_bitmap_isset(pu->nodeset, node->os_index))
			continue;
		if (!best || hwloc_bitmap_weight(node->cpuset) <
				     hwloc_bitmap_weight(best->cpuset))
			best = node;
	}
	return best ? (int)best->logical_index : -1;
}

static void fill_pu(const struct bench_topology *t, struct bench_pu *pu,
		    unsigned int logical)
{
	hwloc_obj_t obj =
		hwloc_get_obj_by_type(t->hwloc, HWLOC_OBJ_PU, logical);

	pu->logical = logical;
	pu->os = obj->os_index;
	pu->obj = obj;
	pu->core = above(t, obj, HWLOC_OBJ_CORE);
	pu->l1 = above(t, obj, HWLOC_OBJ_L1CACHE);
	pu->l2 = above(t, obj, HWLOC_OBJ_L2CACHE);
	pu->l3 = above(t, obj, HWLOC_OBJ_L3CACHE);
	pu->package = above(t, obj, HWLOC_OBJ_PACKAGE);
	pu->node = nearest_node(t, obj);
}

static int count(const struct bench_topology *t, hwloc_obj_type_t type)
{
	int number = hwloc_get_nbobjs_by_type(t->hwloc, type);

	return number > 0 ? number : 0;
}

static int fill_pus(struct bench_topology *t, char *why, size_t n)
{
	t->n_pus = count(t, HWLOC_OBJ_PU);
	t->n_cores = count(t, HWLOC_OBJ_CORE);
	t->n_packages = count(t, HWLOC_OBJ_PACKAGE);
	t->n_nodes = count(t, HWLOC_OBJ_NUMANODE);
	if (!t->n_pus)
		return bench_why(-ENODEV, why, n,
				 "%s has no PU that we may use", t->source);
	t->pus = calloc(t->n_pus, sizeof(*t->pus));
	if (!t->pus)
		return bench_why(-ENOMEM, why, n, "out of memory");
	for (unsigned int i = 0; i < t->n_pus; i++)
		fill_pu(t, &t->pus[i], i);
	return 0;
}

/* What hwloc knows of one kind of CPU, as far as P and E are concerned. */
struct kind {
	hwloc_bitmap_t cpus;
	int efficiency; /* higher is faster; -1 unknown */
	const char *core_type;
	bool capacity;
	bool frequency;
};

static void read_kind(const struct bench_topology *t, unsigned int index,
		      struct kind *kind)
{
	struct hwloc_info_s *infos = NULL;
	unsigned int n = 0;

	*kind = (struct kind){ .cpus = kind->cpus, .efficiency = -1 };
	hwloc_cpukinds_get_info(t->hwloc, index, kind->cpus, &kind->efficiency,
				&n, &infos, 0);
	for (unsigned int i = 0; i < n; i++) {
		if (!strcmp(infos[i].name, "CoreType"))
			kind->core_type = infos[i].value;
		if (!strcmp(infos[i].name, "LinuxCapacity"))
			kind->capacity = true;
		if (!strncmp(infos[i].name, "Frequency", 9))
			kind->frequency = true;
	}
}

/*
 * Intel says which cores are which; Arm gives capacities. Kinds that differ in
 * frequency alone are one core type with favoured cores (Turbo Boost Max), and
 * calling those P and E would be a lie.
 */
static enum bench_core_kind rank_kind(const struct kind *kind, int n_kinds)
{
	if (kind->core_type && !strcmp(kind->core_type, "IntelAtom"))
		return BENCH_CORE_E;
	if (kind->core_type && !strcmp(kind->core_type, "IntelCore"))
		return BENCH_CORE_P;
	if (kind->frequency && !kind->capacity)
		return BENCH_CORE_PLAIN;
	if (kind->efficiency == n_kinds - 1)
		return BENCH_CORE_P;
	if (kind->efficiency == 0)
		return BENCH_CORE_E;
	return BENCH_CORE_PLAIN;
}

static void mark_kind(struct bench_topology *t, hwloc_const_bitmap_t cpus,
		      enum bench_core_kind kind)
{
	for (unsigned int i = 0; i < t->n_pus; i++)
		if (hwloc_bitmap_isset(cpus, t->pus[i].os))
			t->pus[i].kind = kind;
}

const char *bench_core_kind_name(enum bench_core_kind kind)
{
	static const char *const names[] = { "core", "P core", "E core" };

	return names[kind];
}

static bool has_kind(const struct bench_topology *t, enum bench_core_kind kind)
{
	for (unsigned int i = 0; i < t->n_pus; i++)
		if (t->pus[i].kind == kind)
			return true;
	return false;
}

/* P and E exist together or not at all: half a pair is a plain machine. */
static int fill_kinds(struct bench_topology *t, char *why, size_t n)
{
	int n_kinds = hwloc_cpukinds_get_nr(t->hwloc, 0);
	struct kind kind = { .cpus = hwloc_bitmap_alloc() };

	if (!kind.cpus)
		return bench_why(-ENOMEM, why, n, "out of memory");
	for (int i = 0; n_kinds > 1 && i < n_kinds; i++) {
		read_kind(t, i, &kind);
		mark_kind(t, kind.cpus, rank_kind(&kind, n_kinds));
	}
	hwloc_bitmap_free(kind.cpus);

	if (n_kinds < 2)
		t->kinds_why = "all usable cores are of one kind";
	else if (!has_kind(t, BENCH_CORE_P) || !has_kind(t, BENCH_CORE_E))
		t->kinds_why =
			"the kinds of core here are not ranked as "
			"performance and efficiency";
	if (t->kinds_why)
		for (unsigned int i = 0; i < t->n_pus; i++)
			t->pus[i].kind = BENCH_CORE_PLAIN;
	return 0;
}

int bench_topology_load(struct bench_topology **out, unsigned int flags,
			char *why, size_t n)
{
	struct bench_topology *t = calloc(1, sizeof(*t));
	int err = -ENOMEM;

	if (!t || !(t->real = hwloc_bitmap_alloc()) ||
	    hwloc_topology_init(&t->hwloc)) {
		bench_why(err, why, n, "out of memory");
		goto out;
	}
	t->simulate = flags & BENCH_TOPOLOGY_SIMULATE;
	err = bench_affinity_read(t->real);
	if (err) {
		bench_why(err, why, n, "sched_getaffinity: %s", strerror(-err));
		goto out;
	}
	err = set_source(t, why, n);
	if (!err)
		err = load_hwloc(t, why, n);
	if (!err)
		err = fill_pus(t, why, n);
	if (!err)
		err = fill_kinds(t, why, n);
	if (!err)
		*out = t;
out:
	if (err)
		bench_topology_free(t);
	return err;
}

void bench_topology_free(struct bench_topology *t)
{
	if (!t)
		return;
	if (t->hwloc)
		hwloc_topology_destroy(t->hwloc);
	hwloc_bitmap_free(t->real);
	free(t->pus);
	free(t);
}

const struct bench_pu *bench_topology_pu_by_os(const struct bench_topology *t,
					       unsigned int os)
{
	for (unsigned int i = 0; i < t->n_pus; i++)
		if (t->pus[i].os == os)
			return &t->pus[i];
	return NULL;
}

char *bench_topology_allowed(const struct bench_topology *t, char *text,
			     size_t n)
{
	hwloc_bitmap_list_snprintf(
		text, n, hwloc_topology_get_topology_cpuset(t->hwloc));
	return text;
}

char *bench_topology_of_kind(const struct bench_topology *t,
			     enum bench_core_kind kind, char *text, size_t n)
{
	hwloc_bitmap_t set = hwloc_bitmap_alloc();

	for (unsigned int i = 0; set && i < t->n_pus; i++)
		if (t->pus[i].kind == kind)
			hwloc_bitmap_set(set, t->pus[i].os);
	text[0] = '\0';
	if (set)
		hwloc_bitmap_list_snprintf(text, n, set);
	hwloc_bitmap_free(set);
	return text;
}

int bench_topology_measurable(const struct bench_topology *t, char *why,
			      size_t n)
{
	if (!t->simulated || t->simulate)
		return 0;
	return bench_why(
		-ENOTSUP, why, n,
		"the machine is simulated (%s): it can be planned, but "
		"not measured unless simulation is asked for",
		t->source);
}

char *bench_topology_synthetic(const struct bench_topology *t)
{
	char text[4096];
	int length = hwloc_topology_export_synthetic(t->hwloc, text,
						     sizeof(text), 0);

	return length > 0 && (size_t)length < sizeof(text) ? strdup(text)
							   : NULL;
}

/* What names a host, a process or a piece of hardware rather than its shape. */
static bool is_private(const char *name)
{
	static const char *const words[] = {
		"HostName", "ProcessName", "LinuxCgroup",
		"Serial",   "AssetTag",	   "UUID",
	};
	const char *end = strchr(name, '"');

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		const char *hit = strstr(name, words[i]);

		if (hit && hit < end)
			return true;
	}
	return false;
}

/*
 * Takes private <info name="..." value="..."/> lines out. The exporter writes
 * one element a line and escapes quotes and newlines in values.
 */
static void strip_private(char *xml)
{
	static const char mark[] = "<info name=\"";
	char *line = xml, *to = xml;

	while (*line) {
		char *next = strchr(line, '\n');
		size_t length = next ? (size_t)(next - line) + 1 : strlen(line);
		char *text = line + strspn(line, " ");

		if (strncmp(text, mark, sizeof(mark) - 1) ||
		    !is_private(text + sizeof(mark) - 1)) {
			memmove(to, line, length);
			to += length;
		}
		line += length;
	}
	*to = '\0';
}

char *bench_topology_xml(const struct bench_topology *t)
{
	unsigned long flags = 0;
	char *buffer, *xml;
	int length;

#if HWLOC_API_VERSION >= 0x00030000
	flags = HWLOC_TOPOLOGY_EXPORT_XML_FLAG_V2;
#endif
	if (hwloc_topology_export_xmlbuffer(t->hwloc, &buffer, &length, flags))
		return NULL;
	xml = strndup(buffer, length);
	hwloc_free_xmlbuffer(t->hwloc, buffer);
	if (xml)
		strip_private(xml);
	return xml;
}
