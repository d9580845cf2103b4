using Chokepoint.ExportControls.Domain;
using Chokepoint.ExportControls.Notices;
using Chokepoint.ServiceDefaults;
using FluentValidation;

namespace Chokepoint.ExportControls.Registry;

/// <summary>POST /registry: a newer edition of the shipped notices, without waiting for an upgrade.</summary>
internal static class ImportRegistry
{
    public static void MapImportRegistry(this IEndpointRouteBuilder controls) => controls.MapPost("/registry", HandleAsync)
        .RequireAuthorization(Scopes.ControlsWrite)
        .WithName("ImportRegistry").WithTags("Registry").WithSummary("Load an edition of the shipped notices")
        .WithDescription(
            "In the form in which they ship: `asOf` and `notices`, each as it would be posted. Checked whole before any is stored, and silent: "
            + "history is no news. Adds, and updates what an earlier edition put there; what an operator recorded or corrected stays.");

    private static async Task<EditionSettled> HandleAsync(RegistryFile file, RegistryEdition edition, CancellationToken cancellationToken) =>
        await edition.SettleAsync(ShippedRegistry.Of(file), cancellationToken);
}

/// <summary>Every notice as a client's would be, and no number twice.</summary>
internal sealed class RegistryFileValidator : AbstractValidator<RegistryFile>
{
    private const int MostNotices = 5000;

    public RegistryFileValidator()
    {
        RuleFor(f => f.AsOf).IsDay();
        RuleFor(f => f.Notices).NotEmpty().WithMessage("Is empty: give one notice at least, each as it would be posted.").HasAtMost(MostNotices);
        RuleForEach(f => f.Notices).NotNull().WithMessage("Is null: give a notice as it would be posted.").SetValidator(new NoticeRequestValidator());
        RuleFor(f => f.Notices).Custom(CheckNumbers!);
    }

    private static void CheckNumbers(IReadOnlyList<NoticeRequest?>? notices, ValidationContext<RegistryFile> context)
    {
        var seen = new HashSet<NoticeKey>();
        foreach (var (i, notice) in (notices ?? []).Index())
            if (notice is { Issuer: { } issuer, DocumentNumber: { } number } && !seen.Add(NoticeKey.Of(issuer, number, notice.Authority)))
                context.AddFailure($"Notices[{i}].DocumentNumber", "Is the number of an earlier notice too, so spelled or otherwise.");
    }
}
