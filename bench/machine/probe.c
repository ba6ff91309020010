/* SPDX-License-Identifier: MIT */
/* Facts from /proc, /sys and /etc below a root; see probe.h. */
#include "bench/machine/probe.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __x86_64__
#include <cpuid.h>
#endif

FILE *bench_probe_open(const char *root, const char *path)
{
	char full[PATH_MAX];

	if (snprintf(full, sizeof(full), "%s%s", root, path) >=
	    (int)sizeof(full)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	return fopen(full, "re");
}

static void trim_end(char *text)
{
	size_t length = strlen(text);

	while (length && isspace((unsigned char)text[length - 1]))
		text[--length] = '\0';
}

int bench_probe_file(const char *root, const char *path, char *text, size_t n)
{
	FILE *f = bench_probe_open(root, path);
	int err = f ? 0 : -errno;

	*text = '\0';
	/* Some files of /sys open and then fail to read (offline CPUs). */
	if (f && !fgets(text, n, f) && ferror(f))
		err = errno ? -errno : -EIO;
	if (f)
		fclose(f);
	if (err)
		snprintf(text, n, BENCH_UNAVAILABLE "%s: %s", path,
			 strerror(-err));
	trim_end(text);
	return err;
}

int bench_probe_number(const char *root, const char *path, long long *out)
{
	char text[BENCH_FACT], *end;
	int err = bench_probe_file(root, path, text, sizeof(text));

	if (err)
		return err;
	*out = strtoll(text, &end, 10);
	return end == text ? -EINVAL : 0;
}

/* The value when the line is "name : value" or "name=value", else NULL. */
static char *value_of(char *line, const char *name)
{
	size_t length = strlen(name);
	char *at = line + length;

	if (strncmp(line, name, length))
		return NULL;
	at += strspn(at, " \t");
	if (*at != ':' && *at != '=')
		return NULL;
	at += 1 + strspn(at + 1, " \t\"");
	trim_end(at);
	if (*at && at[strlen(at) - 1] == '"')
		at[strlen(at) - 1] = '\0';
	return at;
}

int bench_probe_field(const char *root, const char *path, const char *name,
		      char *text, size_t n)
{
	FILE *f = bench_probe_open(root, path);
	int err = f ? -ENOENT : -errno;
	size_t room = 0;
	char *line = NULL, *value;

	while (f && err && getline(&line, &room, f) > 0) {
		value = value_of(line, name);
		if (!value)
			continue;
		snprintf(text, n, "%s", value);
		err = 0;
	}
	free(line);
	if (f)
		fclose(f);
	if (err)
		snprintf(text, n, BENCH_UNAVAILABLE "no \"%s\" in %s", name,
			 path);
	return err;
}

/* The line of flags, x86's or arm64's; false: there is none. */
static bool read_flags(const char *root, char *flags, size_t n, bool *is_x86)
{
	*is_x86 = !bench_probe_field(root, "/proc/cpuinfo", "flags", flags, n);
	return *is_x86 ||
	       !bench_probe_field(root, "/proc/cpuinfo", "Features", flags, n);
}

static bool has_word(char *text, const char *wanted)
{
	char *word, *save = NULL;

	for (word = strtok_r(text, " ", &save); word;
	     word = strtok_r(NULL, " ", &save))
		if (!strcmp(word, wanted))
			return true;
	return false;
}

bool bench_probe_cpu_flag(const char *root, const char *flag)
{
	char flags[8192];
	bool is_x86;

	return read_flags(root, flags, sizeof(flags), &is_x86) &&
	       has_word(flags, flag);
}

/* Is @word one of the members of the list "a, b, c"? */
static bool listed(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += length)
		if ((at == list || at[-1] == ' ') &&
		    (!at[length] || at[length] == ','))
			return true;
	return false;
}

int bench_probe_governor(const char *root, char *text, size_t n)
{
	char pattern[PATH_MAX], one[64];
	glob_t files;

	snprintf(pattern, sizeof(pattern),
		 "%s/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor",
		 root);
	*text = '\0';
	if (!glob(pattern, 0, NULL, &files)) {
		for (size_t i = 0; i < files.gl_pathc; i++) {
			size_t used = strlen(text);

			if (bench_probe_file("", files.gl_pathv[i], one,
					     sizeof(one)) ||
			    listed(text, one))
				continue;
			snprintf(text + used, n - used, "%s%s",
				 used ? ", " : "", one);
		}
		globfree(&files);
	}
	if (*text)
		return 0;
	snprintf(text, n, BENCH_UNAVAILABLE "no cpufreq governor here");
	return -ENOENT;
}

int bench_probe_turbo(const char *root, char *text, size_t n)
{
	long long value;

	if (!bench_probe_number(root,
				"/sys/devices/system/cpu/intel_pstate/no_turbo",
				&value)) {
		snprintf(text, n, "%s", value ? "off" : "on");
		return 0;
	}
	if (!bench_probe_number(root, "/sys/devices/system/cpu/cpufreq/boost",
				&value)) {
		snprintf(text, n, "%s", value ? "on" : "off");
		return 0;
	}
	snprintf(text, n, BENCH_UNAVAILABLE "no turbo switch here");
	return -ENOENT;
}

int bench_probe_smt(const char *root, char *text, size_t n)
{
	return bench_probe_file(root, "/sys/devices/system/cpu/smt/control",
				text, n);
}

#ifdef __x86_64__
/* CPUID leaf 0x40000000: the hypervisor's signature, 12 characters. */
static void cpuid_hypervisor(char *text, size_t n)
{
	static const char *const known[][2] = {
		{ "KVMKVMKVM", "kvm" },	      { "Microsoft Hv", "hyper-v" },
		{ "VMwareVMware", "vmware" }, { "XenVMMXenVMM", "xen" },
		{ "TCGTCGTCGTCG", "qemu" },   { "bhyve bhyve ", "bhyve" },
		{ "ACRNACRNACRN", "acrn" },   { "VBoxVBoxVBox", "virtualbox" },
	};
	unsigned int leaf = 0, words[3] = { 0 };
	char signature[13] = "";

	__cpuid(0x40000000, leaf, words[0], words[1], words[2]);
	memcpy(signature, words, sizeof(words));
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(signature, known[i][0]))
			snprintf(text, n, "%s", known[i][1]);
}
#endif

/* x86 has a flag for it, and CPUID where /proc is missing; arm64 has neither. */
static enum bench_guest flagged_guest(const char *root)
{
	char flags[8192];
	bool is_x86;
#ifdef __x86_64__
	unsigned int leaf = 1, words[3] = { 0 };
#endif

	if (read_flags(root, flags, sizeof(flags), &is_x86))
		return !is_x86			       ? BENCH_GUEST_UNKNOWN
		       : has_word(flags, "hypervisor") ? BENCH_GUEST
						       : BENCH_GUEST_NOT;
#ifdef __x86_64__
	if (*root)
		return BENCH_GUEST_UNKNOWN;
	__cpuid(1, leaf, words[0], words[1], words[2]);
	return words[1] >> 31 ? BENCH_GUEST : BENCH_GUEST_NOT;
#else
	return BENCH_GUEST_UNKNOWN;
#endif
}

enum bench_guest bench_probe_hypervisor(const char *root, char *text, size_t n)
{
	static const char *const words[] = {
		[BENCH_GUEST_NOT] = "none",
		[BENCH_GUEST_UNKNOWN] = "unknown",
		[BENCH_GUEST] = "unknown hypervisor",
	};
	enum bench_guest guest = flagged_guest(root);
	char type[64];

	if (!bench_probe_file(root, "/sys/hypervisor/type", type,
			      sizeof(type)) ||
	    !bench_probe_file(root, "/proc/device-tree/hypervisor/compatible",
			      type, sizeof(type))) {
		snprintf(text, n, "%s", type);
		return BENCH_GUEST;
	}
	snprintf(text, n, "%s", words[guest]);
#ifdef __x86_64__
	if (guest == BENCH_GUEST && !*root)
		cpuid_hypervisor(text, n);
#endif
	return guest;
}

int bench_probe_cpu_time(const char *root, struct bench_cpu_time *out)
{
	/* user nice system idle iowait irq softirq steal (guest is in user) */
	unsigned long long t[8] = { 0 };
	char text[512];
	int err = bench_probe_file(root, "/proc/stat", text, sizeof(text));

	if (err)
		return err;
	if (sscanf(text, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0],
		   &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]) < 8)
		return -EINVAL;
	*out = (struct bench_cpu_time){ .steal = t[7] };
	for (int i = 0; i < 8; i++)
		out->total += t[i];
	return 0;
}

int bench_probe_capability(const char *root, unsigned int bit)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { 0 };
	char text[64];

	if (!bench_probe_field(root, "/proc/self/status", "CapEff", text,
			       sizeof(text)))
		return strtoull(text, NULL, 16) >> bit & 1;
	if (*root || syscall(SYS_capget, &header, data))
		return -ENOENT;
	return data[bit / 32].effective >> bit % 32 & 1;
}
