// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <memory>

namespace slotscope::test {

class EtcdProcess;

/// Writes every key of a dump (tests/data/slots/slots-dump.jsonl) in the dump's order, without its revisions
/// and leases. The number of keys, or -1 after a failure.
int loadDump(const EtcdProcess &etcd, const QString &file);

/// An etcd with the 897 keys of the library's dump; null pointer, with a warning, where it does not come
/// about.
std::unique_ptr<EtcdProcess> startLibrary();

} // namespace slotscope::test
