// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>

#include <chrono>

namespace slotscope::core {

/// Runs out when the bytes of a reply stop coming, or come so slowly that it is the same: fewer than
/// BytesPerSecond over one whole interval.
class ProgressTimer : public QTimer
{
    Q_OBJECT
public:
    static constexpr qint64 BytesPerSecond = 32;

    explicit ProgressTimer(QObject *parent = nullptr);

    /// Begins an interval, in which nothing has come yet.
    void begin(std::chrono::milliseconds interval);
    /// So many more bytes have come; the next interval begins as soon as there are enough of them.
    void note(qint64 bytes);
    /// Of the interval that has run out, for people who look into a log.
    QString detail() const;

private:
    qint64 m_bytes = 0; ///< since the interval began
};

} // namespace slotscope::core
