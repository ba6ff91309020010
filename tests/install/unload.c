/* SPDX-License-Identifier: MIT */
/*
 * unload PLUGIN STRATEGY enter: a thread enters a slot, the library is closed,
 * the thread ends. unload PLUGIN STRATEGY probe: it is closed after a probe,
 * and opened again. What is called later must still be there. Prints "swapped".
 */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <ringswap/ringswap.h>

static const char *plugin, *strategy;
static void *library;

/* Open it, with the strategies of liburcu where it has them. */
static int open_library(void)
{
	int (*add)(void);

	library = dlopen(plugin, RTLD_NOW);
	if (!library) {
		fprintf(stderr, "%s\n", dlerror());
		return -1;
	}
	*(void **)&add = dlsym(library, "ringswap_urcu_add");
	return add ? add() : 0;
}

static int probe(void)
{
	int (*call)(const char *, char *, size_t);
	char why[128];

	*(void **)&call = dlsym(library, "ringswap_probe");
	return call ? call(strategy, why, sizeof(why)) : -ENOENT;
}

static void *enter_and_close(void *arg)
{
	int (*create)(const char *, const struct ringswap_attr *,
		      struct ringswap **);
	int (*enter)(struct ringswap *, unsigned int);
	struct ringswap *r;

	*(void **)&create = dlsym(library, "ringswap_create");
	*(void **)&enter = dlsym(library, "ringswap_enter");
	if (!create || !enter || create(strategy, NULL, &r) || enter(r, 0) ||
	    dlclose(library))
		return NULL;
	return arg;
}

static int thread_ends_after_close(void)
{
	void *result = NULL;
	pthread_t thread;

	return pthread_create(&thread, NULL, enter_and_close, &library) ||
	       pthread_join(thread, &result) || !result;
}

/* A signal's handler is not left behind in memory that is gone. */
static int probe_and_close(void)
{
	struct sigaction now;
	Dl_info info;
	int err = probe();

	if (dlclose(library) || sigaction(SIGRTMIN + 4, NULL, &now))
		return 1;
	if (now.sa_handler != SIG_DFL &&
	    !dladdr((void *)now.sa_sigaction, &info))
		return 1;
	return open_library() || probe() != err;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	plugin = argv[1];
	strategy = argv[2];
	if (open_library())
		return 1;
	if (strcmp(argv[3], "probe") ? thread_ends_after_close()
				     : probe_and_close())
		return 1;
	puts("swapped");
	return 0;
}
