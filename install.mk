# SPDX-License-Identifier: GPL-2.0-or-later
#
# What goes where. Every path is below $(DESTDIR).

INSTALL ?= install
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR ?= $(PREFIX)/share/zsh/site-functions
FISHCOMPDIR ?= $(PREFIX)/share/fish/vendor_completions.d
ESELECTDIR ?= $(PREFIX)/share/eselect/modules
MANDIR ?= $(PREFIX)/share/man
# zolkit-gen is only for the build.
LIBEXEC_PROGS = $(filter-out $(O)/zolkit $(O)/zolkit-gen,$(PROGS))
CONF_DIRS := $(wildcard conf/kernel conf/portage conf/suites conf/baselines conf/gdb conf/slurm)

.PHONY: install uninstall dist
install: all
	$(INSTALL) -Dm755 $(O)/zolkit $(DESTDIR)$(PREFIX)/bin/zolkit
	$(INSTALL) -d $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(DATADIR)
	$(INSTALL) -m755 $(LIBEXEC_PROGS) $(DESTDIR)$(LIBEXECDIR)/
	for d in $(CONF_DIRS); do for f in $$(find $$d -type f); do \
		if [ -x $$f ]; then mode=755; else mode=644; fi; \
		$(INSTALL) -Dm$$mode $$f $(DESTDIR)$(DATADIR)/$${f#conf/} || exit; done; done
	$(INSTALL) -Dm644 conf/zolkit.conf $(DESTDIR)$(SYSCONFDIR)/zolkit/zolkit.conf
	$(INSTALL) -Dm644 $(O)/gen/zolkit.bash $(DESTDIR)$(BASHCOMPDIR)/zolkit
	$(INSTALL) -Dm644 $(O)/gen/_zolkit $(DESTDIR)$(ZSHCOMPDIR)/_zolkit
	$(INSTALL) -Dm644 $(O)/gen/zolkit.fish $(DESTDIR)$(FISHCOMPDIR)/zolkit.fish
	$(INSTALL) -Dm644 $(O)/gen/zolkit.eselect $(DESTDIR)$(ESELECTDIR)/zolkit.eselect
	for m in $(MANS); do $(INSTALL) -Dm644 $$m $(DESTDIR)$(MANDIR)/man$${m##*.}/$${m##*/} || exit; done

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/zolkit $(DESTDIR)$(BASHCOMPDIR)/zolkit $(DESTDIR)$(ZSHCOMPDIR)/_zolkit \
		$(DESTDIR)$(FISHCOMPDIR)/zolkit.fish $(DESTDIR)$(ESELECTDIR)/zolkit.eselect
	rm -rf $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(DATADIR)
	rm -f $(foreach m,$(MANS:$(O)/man/%=%),$(DESTDIR)$(MANDIR)/man$(lastword $(subst ., ,$(m)))/$(m))
	cd $(DESTDIR)/ && for d in $(sort $(dir $(LIBEXECDIR)) $(dir $(DATADIR)) $(BASHCOMPDIR) $(ZSHCOMPDIR) $(FISHCOMPDIR) \
		$(ESELECTDIR) $(MANDIR)/man5 $(MANDIR)/man8); do \
		rmdir -p --ignore-fail-on-non-empty $${d#/} 2>/dev/null || :; done
	@echo "kept: $(DESTDIR)$(SYSCONFDIR)/zolkit (configuration)"

# Reproducible: the files of a commit, as old as VERSION, in order, nobody's. What names the
# archive's own checksums is not in it (.gitattributes), and neither are the commit's name and time.
REV ?= HEAD
DIST = zolkit-$(VERSION)
.PHONY: overlay-manifest overlay-cache
dist:
	$(Q)rm -rf build/dist && mkdir -p build/dist
	$(Q)git archive --format=tar --prefix=$(DIST)/ $(REV) | tar -x -C build/dist
	$(Q)tar -c -C build/dist --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
		--mtime=@$$(git log -1 --format=%ct $(REV) -- VERSION) -f build/dist/$(DIST).tar $(DIST)
	$(Q)xz -9e -T1 build/dist/$(DIST).tar && mv build/dist/$(DIST).tar.xz build/
	$(Q)rm -rf build/dist
	@echo build/$(DIST).tar.xz

# What the ebuild of this version will accept.
overlay-manifest: dist
	$(Q)cd build && f=$(DIST).tar.xz && printf 'DIST %s %s BLAKE2B %s SHA512 %s\n' $$f $$(stat -c %s $$f) \
		$$(b2sum < $$f | cut -d' ' -f1) $$(sha512sum < $$f | cut -d' ' -f1) > ../overlay/sys-fs/zolkit/Manifest
# What Portage reads instead of the ebuilds, as long as it is not stale.
overlay-cache:
	$(Q)tests/lib/overlay-cache
