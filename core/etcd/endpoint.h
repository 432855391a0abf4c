// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QUrl>

#include <vector>

namespace slotscope::core {

/// The address of one etcd, as people write it.
struct Endpoint
{
    QUrl url;

    /// Understands `host`, `host:port`, `http://host:port` and `https://…`; port 2379 when left out, and the
    /// given scheme. The error's detail names what is wrong with the text.
    static Result<Endpoint> parse(const QString &text, const QString &scheme = QStringLiteral("http"));
    /// Several of one cluster, with commas between them, as etcdctl takes them.
    static Result<std::vector<Endpoint>> parseList(const QString &text,
                                                   const QString &scheme = QStringLiteral("http"));
    QString toString() const;

    friend bool operator==(const Endpoint &, const Endpoint &) = default;
};

} // namespace slotscope::core
