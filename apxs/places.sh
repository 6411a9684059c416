# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# Read by install and uninstall: where this httpd has its modules, its configuration and its tools.
DESTDIR=${DESTDIR:-}

fail()
{
    echo "$0: $*" >&2
    exit 1
}

need_root()
{
    [ "$(id -u)" = 0 ] || fail "must be root to $1 (try: sudo make ...), or set DESTDIR"
}

apxs=${APXS:-$(command -v apxs || command -v apxs2 || true)}
[ -n "$apxs" ] || fail "apxs is not there; on Debian: apt-get install apache2-dev"

modules=$("$apxs" -q LIBEXECDIR)
sysconf=$("$apxs" -q SYSCONFDIR)
links=$sysconf/mods-enabled
tool=$("$apxs" -q SBINDIR)/v6frontctl
join_logs=$("$apxs" -q SBINDIR)/v6front-join-logs
man=$("$apxs" -q exp_mandir 2>/dev/null || echo /usr/local/share/man)/man8
man_pages="mod_v6front.8 v6frontctl.8 v6front-join-logs.8"
if [ "$("$apxs" -q PROGNAME)" = apache2 ]; then
    # Debian's layout: available here, enabled by a link.
    conf=$sysconf/mods-available
    load_file=$conf/v6front.load
    conf_file=$conf/v6front.conf
    enable="now: a2enmod v6front && apachectl configtest && apachectl graceful"
else
    conf=$sysconf/extra
    load_file=$conf/v6front-load.conf
    conf_file=$conf/v6front.conf
    enable="now add to httpd.conf: Include $load_file   and: Include $conf_file"
fi
