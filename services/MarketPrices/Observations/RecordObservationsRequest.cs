using System.Text.Json;
using Chokepoint.MarketPrices.Domain;
using Chokepoint.Reference;
using FluentValidation;

namespace Chokepoint.MarketPrices.Observations;

/// <summary>The series that prices belong to; every member is part of its identity.</summary>
internal sealed record SeriesRequest(string? Mineral, string? Form, string? Unit, string? Currency, string? Source, string? Frequency)
{
    /// <summary>Valid only after validation.</summary>
    public SeriesIdentity ToIdentity() => new(
        Mineral!, Form!.Trim(), Unit!.Trim(), Currency!, Source!.Trim(), FrequencyNames.TryParse(Frequency!, out var frequency) ? frequency : default);
}

/// <summary>One price. Any JSON is let in here, so that a bad row is rejected by itself and the good ones land.</summary>
internal sealed record ObservationRequest(JsonElement Date, JsonElement Value);

/// <summary>Prices of one series.</summary>
/// <param name="Vintage">The day on which these prices were published, ISO 8601; today unless given. A later vintage replaces an earlier one.</param>
internal sealed record RecordObservationsRequest(SeriesRequest? Series, IReadOnlyList<ObservationRequest?>? Observations, DateOnly? Vintage);

internal sealed class RecordObservationsValidator : AbstractValidator<RecordObservationsRequest>
{
    private const int Longest = 200;

    public RecordObservationsValidator(TimeProvider clock)
    {
        RuleFor(r => r.Series).NotNull().WithMessage("series is needed.");
        When(r => r.Series is not null, () =>
        {
            RuleFor(r => r.Series!.Mineral).Must(mineral => mineral is not null && Minerals.TryGet(mineral, out _))
                .WithMessage("mineral must be the slug of a known mineral, such as gallium.").OverridePropertyName("Series.Mineral");
            RuleFor(r => r.Series!.Form).NotEmpty().MaximumLength(Longest).OverridePropertyName("Series.Form")
                .WithMessage($"form must say which product is priced, in at most {Longest} characters.");
            RuleFor(r => r.Series!.Unit).NotEmpty().MaximumLength(20).OverridePropertyName("Series.Unit")
                .WithMessage("unit must name the quantity that the price is for, such as kg or t.");
            RuleFor(r => r.Series!.Currency).Must(c => c is { Length: 3 } && c.All(char.IsAsciiLetterUpper)).OverridePropertyName("Series.Currency")
                .WithMessage("currency must be an ISO 4217 code, such as USD.");
            RuleFor(r => r.Series!.Source).NotEmpty().MaximumLength(Longest).OverridePropertyName("Series.Source")
                .WithMessage($"source must say who publishes the price, in at most {Longest} characters.");
            RuleFor(r => r.Series!.Frequency).Must(f => f is not null && FrequencyNames.TryParse(f, out _)).OverridePropertyName("Series.Frequency")
                .WithMessage($"frequency must be one of {string.Join(", ", FrequencyNames.All)}.");
        });
        RuleFor(r => r.Observations).NotEmpty().WithMessage("observations must hold at least one.");
        RuleFor(r => r.Vintage).Must(v => v is null || v <= DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime))
            .WithMessage("vintage must not be in the future.");
    }
}
