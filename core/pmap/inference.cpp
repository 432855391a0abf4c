// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/inference.h"

#include "core/pmap/keyguess.h"
#include "core/pmap/valueguess.h"
#include "core/value/utf8.h"

#include <QStringList>

#include <algorithm>

namespace slotscope::core {

using namespace inference;

namespace {

// Values are decoded up to this many bytes in all: inference runs on every slot when a database is opened.
constexpr qsizetype DecodeBudget = qsizetype(256) * 1024;

} // namespace

SlotType inferSlotType(const std::vector<Sample> &samples)
{
    SlotType type;
    if (samples.empty())
        return type;
    const KeyGuess keys = guessKey(samples);
    type.key = keys.type;
    QStringList evidence;
    double confidence = 1;

    // No bytes say nothing of a type.
    Values values;
    qsizetype budget = DecodeBudget;
    for (const Sample &sample : samples) {
        if (sample.value.isEmpty() || (!values.empty() && sample.value.size() > budget))
            continue;
        budget -= sample.value.size();
        values.push_back(sample.value);
    }
    const ValueGuess guess = values.empty() ? ValueGuess() : guessValue(values);
    type.value = guess.type;
    type.compression = guess.compression;
    type.valueOrder = guess.order;
    type.otherValues = guess.others;
    if (guess.isKnown()) {
        evidence +=
            QStringLiteral("%1 of %2 values %3").arg(guess.verdict.good).arg(values.size()).arg(guess.what);
        if (!guess.others.empty()) {
            QStringList names;
            for (const ValueType other : guess.others)
                names += valueTypeName(other);
            evidence += QStringLiteral("they could be %1 as well").arg(names.join(QLatin1String(" or ")));
        }
        confidence *= guess.verdict.confidence;
    } else {
        evidence += values.empty() ? QStringLiteral("all values are empty")
                                   : QStringLiteral("the values fit no type that is known here");
    }
    if (type.key.isUnknown()) {
        evidence += QStringLiteral("the keys fit no type that is known here");
    } else {
        evidence += keys.evidence;
        confidence *= keys.verdict.confidence;
    }
    type.evidence = evidence.join(QLatin1String("; "));
    const bool any = guess.isKnown() || !type.key.isUnknown();
    type.source = any ? TypeSource::Inferred : TypeSource::Unknown;
    type.confidence = any ? confidence : 0;
    return type;
}

bool looksLikePlainKeys(const std::vector<QByteArray> &etcdKeys)
{
    return !etcdKeys.empty() && std::all_of(etcdKeys.begin(), etcdKeys.end(), [](const QByteArray &key) {
        return isPrintableUtf8(key);
    });
}

} // namespace slotscope::core
