// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/expected.h"
#include "core/value/notation.h"
#include "core/value/value.h"
#include "core/value/valuepath.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

namespace slotscope::core {

struct EncodeError
{
    ValuePath path;
    QString what; ///< plain English, lower case
};

/// One byte format. Stateless and safe to use from any thread.
///
/// Law: encode(decode(b)) == b, or `promise()` says why not. Neither function throws, reads outside, or takes
/// memory or time out of proportion to its input; depth is bounded.
class Codec
{
public:
    virtual ~Codec() = default;
    virtual Expected<Value, DecodeError> decode(QByteArrayView bytes) const = 0;
    virtual Expected<QByteArray, EncodeError> encode(const Value &value) const = 0;
};

/// Deeper nesting than this is refused by every codec.
inline constexpr int MaximumDepth = 512;

} // namespace slotscope::core
