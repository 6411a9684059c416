// SPDX-License-Identifier: Apache-2.0
//
// The module's numbers in the error log, in the shape of httpd's own but with a prefix of ours:
// APLOGNO numbers belong to the httpd project. Every number is listed in mod_v6front/README.md.
#pragma once

#define V6LOGNO(n) "V6F" #n ": "
