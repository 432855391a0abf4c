// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/expected.h"

#include <QByteArrayView>
#include <QRegularExpression>

#include <array>

namespace slotscope::core {

/// A regular expression that is looked for in many texts. What the expression cannot do without is looked for
/// first, and most texts go without a copy. Safe on any thread.
class TextPattern
{
public:
    struct Error
    {
        qsizetype offset = 0; ///< into the pattern
        QString what;
    };
    static Expected<TextPattern, Error> read(const QString &pattern,
                                             QRegularExpression::PatternOptions options);

    bool isIn(QStringView text) const;
    /// The same of a text that is ASCII throughout.
    bool isInAscii(QByteArrayView text) const;

    /// A text without which nothing matches, where one was found: of ASCII, in lower case for expressions
    /// that take any case.
    const QByteArray &needed() const { return m_needed; }

private:
    TextPattern() = default;
    const QRegularExpression &expression() const;

    /// Each has a lock of its own, which threads would wait for.
    static constexpr size_t Copies = 8;
    std::array<QRegularExpression, Copies> m_expressions;
    QByteArray m_needed;
    bool m_anyCase = false;
};

} // namespace slotscope::core
