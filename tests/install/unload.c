/* SPDX-License-Identifier: MIT */
/*
 * unload PLUGIN: a thread enters a slot, the library is closed, the thread
 * ends. What runs at its end must still be there. Prints "swapped".
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#include <ringswap/ringswap.h>

static void *library;

static void *enter_and_close(void *arg)
{
	int (*create)(const char *, const struct ringswap_attr *,
		      struct ringswap **);
	int (*enter)(struct ringswap *, unsigned int);
	struct ringswap *r;

	*(void **)&create = dlsym(library, "ringswap_create");
	*(void **)&enter = dlsym(library, "ringswap_enter");
	if (!create || !enter || create("barrier", NULL, &r) || enter(r, 0) ||
	    dlclose(library))
		return NULL;
	return arg;
}

int main(int argc, char **argv)
{
	void *result = NULL;
	pthread_t thread;

	library = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
	if (!library || pthread_create(&thread, NULL, enter_and_close, argv) ||
	    pthread_join(thread, &result) || !result)
		return 1;
	puts("swapped");
	return 0;
}
