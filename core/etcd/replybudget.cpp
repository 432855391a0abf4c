// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/replybudget.h"

#include <algorithm>

namespace slotscope::core {

ReplyShare::ReplyShare(std::shared_ptr<ReplyBudget> budget, qint64 most, ErrorKind beyond, QObject *parent)
    : QObject(parent)
    , m_budget(std::move(budget))
    , m_most(most)
    , m_beyond(beyond)
{
}

ReplyShare::~ReplyShare()
{
    m_budget->m_held -= m_bytes;
}

std::optional<Error> ReplyShare::hold(qint64 bytes)
{
    if (bytes > m_most)
        return Error {.kind = m_beyond,
                      .detail = QStringLiteral("the reply is larger than %1 bytes").arg(m_most)};
    const qint64 all = m_budget->m_held - m_bytes + bytes;
    if (all > m_budget->m_most)
        return Error {.kind = ErrorKind::TooLarge,
                      .detail = QStringLiteral("the replies that have come are larger than %1 bytes together")
                                    .arg(m_budget->m_most)};
    m_bytes = bytes;
    m_budget->m_held = all;
    m_budget->m_peak = std::max(m_budget->m_peak, all);
    return std::nullopt;
}

} // namespace slotscope::core
