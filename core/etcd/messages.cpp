// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/messages.h"

#include <QtEndian>

#include <algorithm>

namespace slotscope::core {

KeyRange KeyRange::prefix(const QByteArray &prefix)
{
    QByteArray end = prefix;
    while (!end.isEmpty() && static_cast<uchar>(end.back()) == 0xff)
        end.chop(1);
    if (end.isEmpty())
        end = QByteArray(1, '\0');
    else
        end.back() = static_cast<char>(static_cast<uchar>(end.back()) + 1);
    return {prefix.isEmpty() ? QByteArray(1, '\0') : prefix, end};
}

KeyRange KeyRange::slot(Slot slot)
{
    QByteArray begin(2, Qt::Uninitialized);
    qToBigEndian(slot.value, begin.data());
    return prefix(begin);
}

bool KeyRange::contains(const QByteArray &key) const
{
    if (end.isEmpty())
        return key == begin;
    if (key < begin)
        return false;
    return (end.size() == 1 && end.front() == '\0') || key < end;
}

bool readsOnly(const TxnRequest &request)
{
    const auto reads = [](const RequestOp &op) {
        if (const auto *nested = std::get_if<TxnRequest>(&op.request))
            return readsOnly(*nested);
        return std::holds_alternative<RangeRequest>(op.request);
    };
    return !(request.success.empty() && request.failure.empty())
        && std::all_of(request.success.begin(), request.success.end(), reads)
        && std::all_of(request.failure.begin(), request.failure.end(), reads);
}

} // namespace slotscope::core
