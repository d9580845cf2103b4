using Chokepoint.Contracts;

namespace Chokepoint.TradeFlows.Suppliers;

/// <summary>Stages as they are written in queries.</summary>
internal static class StageNames
{
    public static string Of(Stage stage) => stage switch
    {
        Stage.Extraction => "extraction",
        Stage.Processing => "processing",
        _ => "component",
    };

    public static Stage? Parse(string name) => name switch
    {
        "extraction" => Stage.Extraction,
        "processing" => Stage.Processing,
        "component" => Stage.Component,
        _ => null,
    };
}
