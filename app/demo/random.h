// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QUuid>

#include <array>
#include <random>

namespace slotscope::app {

/// Random numbers that are the same on every machine for the same seed, which the standard distributions do
/// not promise.
class Random
{
public:
    explicit Random(quint32 seed)
        : m_engine(seed)
    {
    }

    /// 0 … bound-1; 0 for a bound of 0.
    size_t below(size_t bound) { return bound == 0 ? 0 : m_engine() % bound; }
    /// Both ends included.
    qint64 between(qint64 low, qint64 high)
    {
        return low + static_cast<qint64>(below(static_cast<size_t>(high - low + 1)));
    }
    bool chance(size_t percent) { return below(100) < percent; }
    /// 0 … 1 in steps of a ten-thousandth.
    double fraction() { return static_cast<double>(below(10'001)) / 10'000; }
    template <typename Container>
    const auto &pick(const Container &container)
    {
        return container[static_cast<decltype(container.size())>(
            below(static_cast<size_t>(container.size())))];
    }

    QByteArray bytes(int count)
    {
        QByteArray result;
        for (int i = 0; i < count; ++i)
            result += static_cast<char>(m_engine() & 0xff);
        return result;
    }
    /// A random UUID as RFC 4122's version 4 marks it.
    QUuid uuid()
    {
        QByteArray raw = bytes(16);
        raw[6] = static_cast<char>((raw[6] & 0x0f) | 0x40);
        raw[8] = static_cast<char>((raw[8] & 0x3f) | 0x80);
        return QUuid::fromRfc4122(raw);
    }

private:
    std::mt19937 m_engine;
};

} // namespace slotscope::app
