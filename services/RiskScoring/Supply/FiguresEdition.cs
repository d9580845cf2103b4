using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.Reference;

namespace Chokepoint.RiskScoring.Supply;

/// <summary>Names a set of figures by its content, so that a score says which it was made from and a new set is noticed.</summary>
internal sealed class FiguresEdition
{
    public FiguresEdition(FigureSet figures)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var figure in figures.All) hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(figure, EventJson.Options));
        // What a score of a pair is made of beyond the figures: which pairs there are.
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join(' ', ScoredEconomies.All)));
        var digest = hash.GetHashAndReset();
        Name = Convert.ToHexStringLower(digest.AsSpan(0, 16));
        Id = new Guid(digest.AsSpan(0, 16));
    }

    public string Name { get; }

    /// <summary>Stands as the event id of a cause, there being no event: the same figures are the same cause.</summary>
    public Guid Id { get; }

    public Cause Cause => new(Id, "figures", $"reference figures {Name[..8]}");
}
