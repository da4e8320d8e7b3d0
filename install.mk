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
CONF_DIRS := $(wildcard conf/kernel conf/portage conf/suites conf/baselines conf/gdb)

.PHONY: install uninstall dist
install: all
	$(INSTALL) -Dm755 $(O)/zolkit $(DESTDIR)$(PREFIX)/bin/zolkit
	$(INSTALL) -d $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(DATADIR)
	$(INSTALL) -m755 $(LIBEXEC_PROGS) $(DESTDIR)$(LIBEXECDIR)/
	for d in $(CONF_DIRS); do for f in $$(find $$d -type f); do \
		$(INSTALL) -Dm644 $$f $(DESTDIR)$(DATADIR)/$${f#conf/}; done; done
	$(INSTALL) -Dm644 conf/zolkit.conf $(DESTDIR)$(SYSCONFDIR)/zolkit/zolkit.conf
	$(INSTALL) -Dm644 $(O)/gen/zolkit.bash $(DESTDIR)$(BASHCOMPDIR)/zolkit
	$(INSTALL) -Dm644 $(O)/gen/_zolkit $(DESTDIR)$(ZSHCOMPDIR)/_zolkit
	$(INSTALL) -Dm644 $(O)/gen/zolkit.fish $(DESTDIR)$(FISHCOMPDIR)/zolkit.fish
	$(INSTALL) -Dm644 $(O)/gen/zolkit.eselect $(DESTDIR)$(ESELECTDIR)/zolkit.eselect
	for m in $(MANS); do $(INSTALL) -Dm644 $$m $(DESTDIR)$(MANDIR)/man$${m##*.}/$${m##*/}; done

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/zolkit $(DESTDIR)$(BASHCOMPDIR)/zolkit $(DESTDIR)$(ZSHCOMPDIR)/_zolkit \
		$(DESTDIR)$(FISHCOMPDIR)/zolkit.fish $(DESTDIR)$(ESELECTDIR)/zolkit.eselect
	rm -rf $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(DATADIR)
	for m in $(MAN_SCD:helpers/man/%.scd=%); do rm -f $(DESTDIR)$(MANDIR)/man$${m##*.}/$$m; done
	@echo "kept: $(DESTDIR)$(SYSCONFDIR)/zolkit (configuration)"

# Reproducible: the files of the commit, its time, sorted names.
dist:
	$(Q)mkdir -p build
	$(Q)git archive --format=tar --prefix=zolkit-$(VERSION)/ HEAD | xz -9e > build/zolkit-$(VERSION).tar.xz
	@echo build/zolkit-$(VERSION).tar.xz
