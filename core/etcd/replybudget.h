// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QObject>

#include <memory>
#include <optional>

namespace slotscope::core {

/// How many bytes replies may take together that have come and are not parsed yet, so that nobody who answers
/// can take all the memory, whatever is asked for at once.
class ReplyBudget
{
public:
    explicit ReplyBudget(qint64 most)
        : m_most(most)
    {
    }

    qint64 held() const { return m_held; }
    /// So far.
    qint64 heldAtMost() const { return m_peak; }

private:
    friend class ReplyShare;

    qint64 m_most;
    qint64 m_held = 0;
    qint64 m_peak = 0;
};

/// What one reply takes of a budget. Gives it back when it goes, so it lives as long as the reply's bytes do.
class ReplyShare final : public QObject
{
    Q_OBJECT
public:
    /// The reply may have so many bytes; `beyond` is the error's kind where it has more.
    ReplyShare(std::shared_ptr<ReplyBudget> budget, qint64 most, ErrorKind beyond, QObject *parent = nullptr);
    ~ReplyShare() override;

    /// The reply has so many bytes by now, or is going to have them. An error where that is too much for it,
    /// or TooLarge where it is for all together.
    std::optional<Error> hold(qint64 bytes);
    qint64 most() const { return m_most; }

private:
    std::shared_ptr<ReplyBudget> m_budget;
    qint64 m_most;
    ErrorKind m_beyond;
    qint64 m_bytes = 0;
};

} // namespace slotscope::core
