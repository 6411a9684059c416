# SPDX-License-Identifier: Apache-2.0
#
# What apxs knows about the httpd that the module is built for. Debian's apxs has the name apxs2 too. Another httpd than the machine's own
# is built for with APXS=/its/bin/apxs.
APXS ?= $(firstword $(shell command -v apxs apxs2 2>/dev/null))
ifneq ($(APXS),)
APXS_INCLUDES := -isystem $(shell $(APXS) -q INCLUDEDIR) -isystem $(shell $(APXS) -q APR_INCLUDEDIR) \
                 -isystem $(shell $(APXS) -q APU_INCLUDEDIR) $(shell $(APXS) -q EXTRA_CPPFLAGS)
endif
