# SPDX-License-Identifier: Apache-2.0
#
# make            the module: build/$(MODE)/mod_v6front.so
# make test       all tests, with the packages already there (scripts/test installs them first)
# make install    by apxs: module, load file and conf file (then: a2enmod v6front)
#                 (without debugging symbols; STRIP= keeps them)
# make uninstall  takes these away again
# make deb        Debian packages, in build/deb (scripts/packages deb installs what that needs)
# make manual     HTML and man pages of mod_v6front/manual, in build/manual; needs pandoc
# make clean      removes build/
#
# MODE=release (default) | asan (address and undefined behaviour) | tsan (threads) | fuzz (scripts/fuzz)
# BY_FILE=yes compiles each source by itself, for who changes one again and again. Without it those of a folder are
# compiled as one, which takes well below half of the time.
# CXX=clang++ or any other compiler, on the command line or in the environment; what another one built is
# built anew. BUILD=folder keeps such a build apart.
# APXS=/opt/httpd/bin/apxs, likewise, is the httpd to build for, to install into and to test with.

include apxs/apxs.mk

MODE     ?= release
BUILD    := build/$(MODE)
# Make's own default is nobody's choice. What was built with one compiler is installed as it is, though root's
# environment is another. The C compiler is the one that belongs to the C++ compiler.
ifeq ($(origin CXX),default)
CXX      := $(or $(if $(filter install,$(MAKECMDGOALS)),$(shell sed -n 1p $(BUILD)/compiler 2>/dev/null)),g++)
endif
ifeq ($(origin CC),default)
CC       := $(subst c++,cc,$(subst g++,gcc,$(subst clang++,clang,$(CXX))))
endif
compiler := $(shell $(CXX) -std=c++20 -dM -E -x c++ /dev/null | grep -wE '__clang__|__VERSION__')
is_clang := $(findstring __clang__,$(compiler))
WARN     := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
MODE_FLAGS_release := -O2 -DNDEBUG
# Undefined behaviour is an illegal instruction there, which the address sanitizer reports with where it was (handle_sigill).
# With messages for each check, data of 18 MB would be relocated twice at each start of httpd.
MODE_FLAGS_asan    := -O1 -g1 -fsanitize=address,undefined -fsanitize-undefined-trap-on-error -fno-sanitize=vptr \
                      -fno-omit-frame-pointer
MODE_FLAGS_tsan    := -O1 -g1 -fsanitize=thread
MODE_FLAGS_fuzz    := -O1 -g1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
ifneq ($(is_clang),)
# clang 14's check of functions' types does not compile with coroutines. A module needs the sanitizer's runtime
# as a library, which is what GCC has.
MODE_FLAGS_fuzz += -fno-sanitize=function
MODE_FLAGS_asan += -fno-sanitize=function
# In a folder as one, parameters in one file would shadow the unnamed namespaces of the others.
ifndef BY_FILE
WARN := $(filter-out -Wshadow,$(WARN))
endif
# valgrind 3.19 does not read the debugging information of clang's own choice.
DEBUG_FORM      := -gdwarf-4
MODE_LINK_asan  := -shared-libsan -Wl,-rpath,$(dir $(shell $(CXX) -print-file-name=libclang_rt.asan-$(shell uname -m).so))
else
# A folder as one would grow too much for GCC to inline what it does in its files, and frames of coroutines and of Asio
# gain by more than that: a small request has 24.6k instructions of ours with these limits, and 27.1k without.
ifndef BY_FILE
FAST_release := --param=inline-unit-growth=400 --param=large-unit-insns=200000 --param=max-inline-insns-auto=40 \
                --param=early-inlining-insns=20
endif
# GCC 12 warns falsely of coroutines' frames and of variants where it instruments them.
DIALECT  := -Wno-subobject-linkage -Wno-mismatched-new-delete $(if $(filter tsan,$(MODE)),-Wno-tsan) \
            $(if $(filter asan,$(MODE)),-Wno-maybe-uninitialized)
endif
COMMON   := -g $(DEBUG_FORM) -fPIC -fvisibility=hidden -pthread $(MODE_FLAGS_$(MODE)) -MMD -MP
# The log names a source by its path in the tree.
BY_PATH  := '-fmacro-prefix-map=$(CURDIR)/='
CXXFLAGS := -std=c++20 $(COMMON) $(BY_PATH) $(WARN) $(DIALECT) $(EXTRA_CXXFLAGS)
CFLAGS   := -std=gnu11 $(COMMON) $(WARN)

# Boost as a system include: its warnings are not ours. Asio is used header-only, without exceptions
# for peers' behaviour, and without the deprecated parts. An exchange is as many coroutine frames deep
# as Asio's cache of them must hold, for a request not to allocate them anew.
ASIO     := -DBOOST_ASIO_NO_DEPRECATED -DBOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=16

core_src  := $(wildcard mod_v6front/core/*/*.cpp)
net_src   := $(wildcard mod_v6front/net/*/*.cpp)
httpd_src := $(foreach name,*.cpp *.c,$(wildcard mod_v6front/httpd/$(name) mod_v6front/httpd/*/$(name)))
unit_src  := $(wildcard test/unit/*.cpp test/unit/*/*/*.cpp)
main_src  := test/main.cpp
# What threads share, and nothing else, is worth the thread sanitizer's time.
ifeq ($(MODE),tsan)
unit_src  := $(shell grep -lE '\[(engine|pool|resolver|addresses)\]' $(unit_src))
endif
unit_files := $(unit_src)
system_src := $(wildcard test/system/*.cpp test/system/*/*.cpp)
bridge_src := $(wildcard test/bridge/*.cpp)
fuzz_src  := $(wildcard test/fuzz/*.cpp)

# Those parts of the bridge that stand on APR and few functions of httpd, which the tests play.
bridge_part := $(addprefix mod_v6front/httpd/,$(addprefix config/,accept_directive.cpp config.cpp directives.cpp directive_place.cpp checks.cpp tls_rules.cpp cookie_directives.cpp forwarded_directives.cpp pseudo_v4_directive.cpp) \
               $(addprefix connections/,handover.cpp held_output.cpp input_store.cpp node_store.cpp socket_output.cpp) requests/pseudo_v4_client.cpp status/status_text.cpp)
# Of net/ what reads a response, without the rest of an exchange.
fuzz_part := $(addprefix mod_v6front/net/,exchange/response_reader.cpp backends/backend_connection.cpp backends/transport.cpp backends/detached_socket.cpp loop/deadline.cpp loop/socket_read.cpp) \
             $(wildcard mod_v6front/net/tls/*.cpp)

# See net/loop/waiting_memory.cpp.
WRAPPED   := -Wl,--wrap=aligned_alloc
# The system's OpenSSL, the one that mod_ssl uses.
TLS_LIBS  := -lssl -lcrypto

obj = $(addprefix $(BUILD)/,$(addsuffix .o,$(basename $(patsubst $(BUILD)/%,%,$(1)))))

# What stands for sources: a source that reads those of a folder, or those of the list of that name.
ifndef BY_FILE
all_src   := $(core_src) $(net_src) $(httpd_src) $(unit_src) $(system_src) $(bridge_src)
by_folder = $(sort $(patsubst %/,$(BUILD)/as_one/%.cpp,$(dir $(filter-out %.c,$(1))))) $(filter %.c,$(1))
by_name   = $(BUILD)/as_one/$(1).cpp
core_src  := $(call by_folder,$(core_src))
net_src   := $(call by_folder,$(net_src))
httpd_src := $(call by_folder,$(httpd_src))
unit_src  := $(call by_folder,$(unit_src))
system_src := $(call by_folder,$(system_src))
bridge_src := $(call by_folder,$(bridge_src))
else
by_name   = $($(1))
endif

# What costs a request little or nothing need not be fast: so it is a third as large.
SMALL_release := -Os
small_rooms := $(addprefix mod_v6front/,core/findings core/status httpd/operator httpd/process httpd/status net/names)
small = $(filter $(addprefix %,$(small_rooms:=.cpp)) $(small_rooms:=/%),$(core_src) $(net_src) $(httpd_src))
fast  = $(filter-out $(small) %.c,$(core_src) $(net_src) $(httpd_src))
after_asio = $(filter-out $(core_src) $(if $(SMALL_$(MODE)),$(small)) %.c,$(net_src) $(httpd_src))

.PHONY: all unit unit-files bridge system fuzz test lint format deb manual install uninstall clean compile_commands.json FORCE
all: $(BUILD)/mod_v6front.so

# The layers: core sees itself, net sees core and Boost, only httpd/ sees httpd's headers. A folder's
# flags are its permission, so a breach of the layers does not compile (test/layers_check). Asio, which
# has no include path of its own, finds no operating system in core/.
core_flags  := -Imod_v6front -DBOOST_ASIO_DETAIL_CONFIG_HPP
net_flags   := -Imod_v6front $(ASIO)
httpd_flags := -Imod_v6front $(ASIO) $(APXS_INCLUDES)
$(call obj,$(core_src)): CXXFLAGS += $(core_flags)
$(call obj,$(net_src)): private CXXFLAGS += $(net_flags)
$(call obj,$(httpd_src)): private CXXFLAGS += $(httpd_flags)
$(BUILD)/as_one/bridge_part.o: private CXXFLAGS += $(httpd_flags) $(call after,asio)
$(BUILD)/as_one/fuzz_part.o: private CXXFLAGS += $(net_flags) $(call after,asio)
$(call obj,$(fast)): private CXXFLAGS += $(FAST_$(MODE))
$(call obj,$(after_asio)): private CXXFLAGS += $(call after,asio)
$(call obj,$(small)): private CXXFLAGS += $(SMALL_$(MODE))
# For scripts: what a room is compiled with, and which tests there are in this mode.
unit-files:
	@printf '%s\n' $(unit_files)
flags-%:
	@echo $(filter-out -M%,$(subst $(BY_PATH),,$(CXXFLAGS))) $($*_flags)
$(call obj,$(httpd_src)): CFLAGS += -Imod_v6front $(APXS_INCLUDES)
# Catch2 is headers alone in its second generation, and a library from its third on.
CATCH_LIBS = $(shell printf '#if __has_include(<catch2/catch_all.hpp>)\n-lCatch2Main -lCatch2\n#endif\n' | $(CXX) -E -P -x c++ -)
# In a folder as one, names in one file would shadow those of the others.
test_flags := -O0 -g1 $(if $(BY_FILE),,-Wno-shadow)
# Tests need lines in a backtrace and no more, and what asan watches is the module and its memory: that
# is half of the time of their compiling.
unit_flags := $(test_flags) -I. -Imod_v6front -Itest $(ASIO) $(if $(filter asan,$(MODE)),-fno-sanitize=undefined)
$(call obj,$(unit_src)): private CXXFLAGS += $(unit_flags) $(call after,unit)
system_flags := $(test_flags) -I. -Itest -Itest/system/rig $(ASIO) -DV6FRONT_BUILD='"$(BUILD)"'
# The clients and sites of all tests, below rig/, have half of the machine's time while these run.
$(call obj,$(system_src)): private CXXFLAGS += $(system_flags) $(if $(findstring system/rig,$@),-O1,$(call after,system))
$(call obj,$(bridge_src)): private CXXFLAGS += $(unit_flags) $(APXS_INCLUDES) $(call after,unit)
# Catch2's own code is in it, and is not what a sanitizer is asked about. It is linked last, since of functions that are in
# several objects the first one counts.
$(call obj,$(main_src)): private CXXFLAGS += $(test_flags) -Itest -fno-sanitize=all

# What nearly every file reads first is read once and kept (precompiled headers): Asio, and for tests Catch2.
# clang finds them under GCC's name for them. They are of one level of optimisation.
after = -include $(BUILD)/$(1).hpp
$(call obj,$(after_asio)) $(BUILD)/as_one/bridge_part.o $(BUILD)/as_one/fuzz_part.o: $(BUILD)/asio.hpp.gch
$(call obj,$(unit_src) $(bridge_src)): $(BUILD)/unit.hpp.gch
$(call obj,$(system_src)): $(BUILD)/system.hpp.gch
$(BUILD)/asio.hpp.gch: CXXFLAGS += $(net_flags) $(FAST_$(MODE))
$(BUILD)/unit.hpp.gch: CXXFLAGS += $(unit_flags)
$(BUILD)/system.hpp.gch: CXXFLAGS += $(system_flags)
$(BUILD)/asio.hpp.gch: read_first := net/loop/asio.hpp
$(BUILD)/unit.hpp.gch: read_first := net/loop/asio.hpp catch.hpp
$(BUILD)/system.hpp.gch: read_first := catch.hpp
$(BUILD)/%.hpp.gch: mod_v6front/net/loop/asio.hpp test/catch.hpp Makefile $(BUILD)/compiler
	@mkdir -p $(@D)
	printf '#include "%s"\n' $(read_first) >$(@:.gch=)
	$(CXX) $(CXXFLAGS) -MF $(@:.gch=.d) -MT $@ -x c++-header $(@:.gch=) -o $@

# Objects of two compilers, or of two httpds, are not mixed: the file is written when another one is asked for.
$(BUILD)/compiler: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(CXX)' '$(compiler)' | cmp -s - $@ || printf '%s\n' '$(CXX)' '$(compiler)' >$@
$(BUILD)/httpd: FORCE
	@mkdir -p $(@D)
	@echo '$(APXS_INCLUDES)' | cmp -s - $@ || echo '$(APXS_INCLUDES)' >$@
$(call obj,$(httpd_src) $(bridge_src)): $(BUILD)/httpd
FORCE:

$(BUILD)/%.o: %.cpp Makefile $(BUILD)/compiler
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) -c $< -o $@
$(BUILD)/%.o: $(BUILD)/%.cpp Makefile $(BUILD)/compiler
	$(CXX) $(CXXFLAGS) -c $< -o $@
$(BUILD)/%.o: %.c Makefile $(BUILD)/compiler
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c $< -o $@

# Written when there are others in the folder or the list.
as_one_reads = $(sort $(or $($*),$(foreach source,$(filter %.cpp,$(all_src)),$(if $(filter $*/,$(dir $(source))),$(source)))))
$(filter $(BUILD)/%,$(core_src) $(net_src) $(httpd_src) $(unit_src) $(system_src) $(bridge_src)) $(BUILD)/as_one/bridge_part.cpp $(BUILD)/as_one/fuzz_part.cpp: $(BUILD)/as_one/%.cpp: FORCE
	@mkdir -p $(@D)
	@printf '#include "$(CURDIR)/%s"\n' $(as_one_reads) | cmp -s - $@ || printf '#include "$(CURDIR)/%s"\n' $(as_one_reads) >$@

$(BUILD)/libcore.a: $(call obj,$(core_src))
	rm -f $@ && ar rcs $@ $^
$(BUILD)/libnet.a: $(call obj,$(net_src))
	rm -f $@ && ar rcs $@ $^

# Whole or not at all: half a module of a build that was killed would be installed as it is.
# Sanitizers want a module that stays loaded.
exported := mod_v6front/httpd/exported.map
MODULE_LINK_release := -Wl,--version-script=$(exported)
$(BUILD)/mod_v6front.so: $(call obj,$(httpd_src)) $(BUILD)/libnet.a $(BUILD)/libcore.a $(exported)
	$(CXX) -shared -pthread $(MODE_FLAGS_$(MODE)) $(MODE_LINK_$(MODE)) $(MODULE_LINK_$(MODE)) -Wl,--as-needed -Wl,--gc-sections $(WRAPPED) -o $@.part $(filter-out %.map,$^) $(TLS_LIBS)
	mv $@.part $@
$(BUILD)/unit_tests: $(call obj,$(unit_src)) $(BUILD)/libnet.a $(BUILD)/libcore.a $(call obj,$(main_src))
	$(CXX) -pthread $(MODE_FLAGS_$(MODE)) $(MODE_LINK_$(MODE)) $(WRAPPED) -o $@ $^ $(TLS_LIBS) $(CATCH_LIBS)
$(BUILD)/bridge_tests: $(call obj,$(bridge_src) $(main_src) $(call by_name,bridge_part) mod_v6front/httpd/mod_v6front.c) $(BUILD)/libnet.a $(BUILD)/libcore.a
	$(CXX) -pthread $(MODE_FLAGS_$(MODE)) $(MODE_LINK_$(MODE)) $(WRAPPED) -o $@ $^ -laprutil-1 -lapr-1 $(TLS_LIBS) $(CATCH_LIBS)
$(BUILD)/system_tests: $(call obj,$(system_src) $(main_src))
	$(CXX) -pthread $(MODE_FLAGS_$(MODE)) $(MODE_LINK_$(MODE)) -o $@ $^ $(TLS_LIBS) -lnghttp2 $(CATCH_LIBS)
# Libraries that a test's httpd loads; some of them are modules of httpd.
preloaded := $(patsubst test/system/rig/%.c,$(BUILD)/%.so,$(wildcard test/system/rig/*.c))
$(preloaded): $(BUILD)/%.so: test/system/rig/%.c $(wildcard test/system/rig/*.h)
	$(CC) -std=gnu11 -O2 $(WARN) $(if $(shell grep -l '"httpd.h"' $<),$(APXS_INCLUDES)) -shared -fPIC -o $@ $<

# Fuzz targets, for scripts/fuzz.
$(call obj,$(fuzz_src)): CXXFLAGS += -I. -Imod_v6front -Itest $(ASIO)
$(BUILD)/fuzz_%: $(BUILD)/test/fuzz/%.o $(call obj,$(call by_name,fuzz_part)) $(BUILD)/libcore.a
	$(CXX) -pthread $(MODE_FLAGS_fuzz) -fsanitize=fuzzer -o $@ $^ $(TLS_LIBS)
fuzz: $(patsubst test/fuzz/%.cpp,$(BUILD)/fuzz_%,$(fuzz_src))
.PRECIOUS: $(BUILD)/test/fuzz/%.o

unit: $(BUILD)/unit_tests
bridge: $(BUILD)/bridge_tests
system: $(BUILD)/system_tests $(preloaded) $(BUILD)/mod_v6front.so

test:
	scripts/test --no-packages

lint:
	scripts/lint
format:
	scripts/format
manual:
	scripts/manual
compile_commands.json:
	scripts/compile-commands

deb:
	scripts/deb

install: $(BUILD)/mod_v6front.so
	apxs/install $(BUILD)/mod_v6front.so
uninstall:
	apxs/uninstall
clean:
	rm -rf build compile_commands.json

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
