// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace slotscope::test {

class EtcdProcess;

/// Writes every key of a dump (tests/data/slots/slots-dump.jsonl) in the dump's order, without its revisions
/// and leases. The number of keys, or -1 after a failure.
int loadDump(const EtcdProcess &etcd, const QString &file);

} // namespace slotscope::test
