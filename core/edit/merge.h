// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a staged change and what others have made of its key meanwhile come to.
#pragma once

#include "core/edit/change.h"
#include "core/pmap/slottype.h"
#include "core/value/valuemerge.h"

namespace slotscope::core {

/// The three-way merge of one record: what the change was made on, the change, and what is there now.
/// Whatever it makes is checked: it can be read, and is read as what was meant. Nothing here needs the UI
/// thread.
class RecordMerge
{
public:
    enum class Kind {
        Settled, ///< what the change wants is there already
        Fields, ///< by fields, see fields()
        Whole, ///< as a whole only; reason() says why
        DeletedThere, ///< mine changes what others have deleted
        DeletedHere, ///< mine deletes what others have changed
    };

    /// `mine` need not be in conflict.
    RecordMerge(const SlotCodec &codec, const Change &mine, const KeyState &theirs);

    Kind kind() const { return m_kind; }
    /// Of Whole: why it cannot be merged by fields. Of Fields without a clash: why it is not merged by itself
    /// all the same; empty when it is.
    const QString &reason() const { return m_reason; }
    /// Of Fields what can be chosen. Of DeletedThere and DeletedHere what was changed, in the two versions
    /// that there are; of others none.
    const std::vector<MergeField> &fields() const { return m_fields; }
    bool hasClashes() const;
    /// Fields without a clash or a reason to ask.
    bool mergesByItself() const { return m_kind == Kind::Fields && !hasClashes() && m_reason.isEmpty(); }

    /// Of Fields: the value to be stored, with what is chosen for each field; refused where that does not fit
    /// together. What is not changed has the bytes that it has there.
    Expected<QByteArray, EncodeError> bytes(const std::vector<MergeChoice> &choices = {}) const;
    /// Of Fields: the same, decoded.
    Value value(const std::vector<MergeChoice> &choices = {}) const;
    /// What is to be stored where my fields win and all others are as they are there; nothing: the key is to
    /// go.
    Expected<std::optional<QByteArray>, EncodeError> mineWins() const;

private:
    void mergeFields(const Change &mine);
    void compareWithDeleted(const Change &mine, const KeyState &theirs);
    QString doubtAbout(const Change &mine, const Value &base, const Value &changed) const;

    SlotCodec m_codec;
    Kind m_kind = Kind::Whole;
    QString m_reason;
    QByteArray m_mine;
    QByteArray m_theirs;
    std::optional<ValueMerge> m_values; // of Fields
    std::vector<MergeField> m_fields;
};

/// Whether merging a change can take long enough to be felt when done on the UI thread.
bool isLargeMerge(const SlotCodec &codec, const Change &mine, const KeyState &theirs);

/// The value to be stored where others changed other fields than the change, or the same ones in the same
/// way. Nothing where somebody has to decide.
std::optional<QByteArray> mergedByItself(const SlotCodec &codec, const Change &mine, const KeyState &theirs);

} // namespace slotscope::core
