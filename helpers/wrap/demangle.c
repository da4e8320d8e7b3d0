/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/demangle.h"

#include <ctype.h>
#include <dlfcn.h>

typedef char *demangle_fn(const char *name, char *buf, size_t *len, int *status);

struct zol_demangle {
	void *library;
	demangle_fn *call;
	bool tried;
};

int zol_demangle_new(struct zol_demangle **ret, struct zol_err *err)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : zol_err_oom(err);
}

void zol_demangle_free(struct zol_demangle *d)
{
	if (!d)
		return;
	if (d->library)
		(void)dlclose(d->library);
	free(d);
}

/* POSIX lets a pointer from dlsym() be a function; ISO C has no cast for it. */
union symbol {
	void *object;
	demangle_fn *function;
};

static bool load(struct zol_demangle *d)
{
	if (d->tried)
		return d->call;
	d->tried = true;
	d->library = dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_LOCAL);
	if (d->library)
		d->call = (union symbol){ .object = dlsym(d->library, "__cxa_demangle") }.function;
	return d->call;
}

/* "core::fmt::write::h0123456789abcdef" */
static size_t without_hash(const char *name)
{
	size_t n = strlen(name);

	if (n <= 19 || memcmp(name + n - 19, "::h", 3) != 0)
		return n;
	for (size_t i = n - 16; i < n; i++) {
		if (!isxdigit((unsigned char)name[i]))
			return n;
	}
	return n - 19;
}

bool zol_demangle_name(struct zol_demangle *d, const char *name, struct zol_str *out)
{
	ZOL_AUTO(free) char *plain = NULL;
	int status = -1;

	if (name[0] != '_' || name[1] != 'Z' || !load(d))
		return false;
	plain = d->call(name, NULL, NULL, &status);
	if (status != 0 || !plain)
		return false;
	zol_str_add(out, plain, without_hash(plain));
	return true;
}
