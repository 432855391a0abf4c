// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

namespace slotscope::fuzz {

/// Numbers that depend on the input alone, so that what was found can be replayed.
class Random
{
public:
    explicit Random(QByteArrayView input)
    {
        for (const char byte : input)
            m_state = (m_state ^ quint8(byte)) * 0x100000001b3; // FNV-1a
    }

    /// From 0 to count - 1; 0 where there is nothing to choose from.
    size_t below(size_t count)
    {
        m_state += 0x9e3779b97f4a7c15; // splitmix64
        quint64 mixed = m_state;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        mixed ^= mixed >> 31;
        return count ? size_t(mixed % count) : 0;
    }

private:
    quint64 m_state = 0xcbf29ce484222325;
};

} // namespace slotscope::fuzz
